// A journal of format version 1, written by the last floe that knew no snapshots: two lives of one
// task. The first sold 0.1 in two fills, repriced once and was killed; the second has an order open
// with a fill of 0.01, has taken over another program's order, and was killed while it wrote a
// note. Gzipped; never to be made again by newer code.
import { gunzipSync } from 'node:zlib'
import type { SegmentFile } from '#journal/reader.ts'

const SEGMENTS: readonly (readonly [string, string])[] = [
  [
    '000001.floe',
    `H4sIAAAAAAACA32VX2hTVxzHfzdJk1Trn7abQ3QQzvbgw63eRFvau5fUWlzBidJUfbs7SU6as94/6T2nnbF0BKai
vgw2hrgxcO5B1yHbQHCgiJvaWUahrSBsk60y2F7EvaxPDpSbnJt7Go0XQnLO+X1+v+85v++5KZgOec+1TQUALm9+
MxkDAEV8qk/lbPGJs3nA+0nm5/uh4ekFgK+vFm1FEIq0Vo0XvAKxKOS0QoGQMDBqbVQATj/dNB8RRCjAUn6df2AK
WdgdIxzpKEttbOeIwUoORypiZSvrmEhHuzMDO0aG92SQiiaJPUGGpQUxn8WM9DNWTbM7M4BUND7h8PqUiCq5NEeG
c9gkSE+paJyXxaBbRZzmxkZsyhnSkyoyHR4MLGof5GVpjI8G4z5NPNW4/Q6njo09cd3eFjjmEwzp2jQAvA0A1twf
V1rEeYSD88j75xEDcQhtIJ9GBCxMbRFcBIAjl9a3R0WeSJDn3QNnFqp5osCIaXYlY0BzJEvc0S6YQtzh2DTGJ7DN
KS8jHSWRihw3T1x5UtueRJ5c0ADg+7fM31tFnRap75Pf1eooERjas2+w7pP7F9vduIiPBuHnP79fi28BxrHLo5Bz
7AIdrXMPPrz2ul8nFnDpH/+vcaFWGDwyODCSGdq/1188CgDvL07rawQXD7jlv9FilXsHphB2XTqJTcOieaT3eK3q
1lRkYsaNAjXFvKaiImYGzjslTvJIL2CTERURE5cYyRuW1/lqF2t9LM7s6Fgr6rYGdSttQ7W65b8O1e7RqVtpCFXC
jXfKI9MA8PMb/95uE3nWBMuJlLP43D2s5xEX0NMxO1T6wefXBpE3D3/anA+FIAJJTUv6pgGAC713OteJPG2Sn6av
Newn/W26cuLP2vuiYV+KAmHo1pIR0LandkXAu3S+zr7fZm75OtdJzFcPF+t5698ib0v4eZ0nry984etcL/nrbmxp
tc7S1TTcWH6ZzpSnc2fPap098c/2+jo3SD583LUU9LOhr9HYap3bAOCTfYd6wyLPRsmXnZml/krfT1VdXj22PLvV
91G75KO+Y7V6Hzf4SGniow+ufPSlr7tD8pFxfumFPlAkH3n8yoVzcz7fKfno+GxzPhQK+Nlfvqn4/CuSf2YeNedj
kYDnCzeP+fyrUuhCx72mfFxc+AMA8PDXleMbBL9J8sVK771+JQ5ZxxkzRnFpK4i/DD2xM5GnhQJLYJckLMoYtUel
/s3d/e9BSOR7TfLBFiPQ8wzsyyxrWAcAAA==`,
  ],
  [
    '000002.floe',
    `H4sIAAAAAAACA3VSTWgTQRh9m2wbqBUKXlp/63iTxW4SUnRB3LRF7UWUtCp4iJNkQtfsT7o7CQ2lWERB6kEvPYgK
Hrx50IOnelGKx0oD0pMUQVQ8KIJHFWS3s9k1tnPZ/X7em/e9+aqmw665tikB+PFmz80UgASAQYjz8FPzlzM07v+y
tbU8us5xAAtXVjQJUhAPxmpBv8AnkOpFWa1WGUvCM6wBCfi5qW7IAjcUwTLhPV8wTyzq1hgnGikZNrXLrOjVHU4U
4rWskmMSjYxNjY9MFyamiEKazG6wQqwg8iXqsbznBTRjU+NEIbMNh3dSoqvuGmVWKFOTES2jkFneEkFOIdwo16Zt
g3tESyvEdHgUWIZ9gbdiMZ2L4hOqOEHfOYcbjk19cTl/BE55wyOaugDgLIDs9dUzPcKPvZEfldCPFIQJ/Yi7IcOi
hi2afZ4bc9/v7xI8+yKeq+eX1gOepx8vbr3j7VUd8mKy+019pA5geXPkUb/g2R+rN5+v/7cHHR4p0vFu5V4qxB+I
Oh8/2NgZn0hARlpVs6FoABNDtRe7Bc/BCKG//t01j35X1+fezwT72jWXJCGJnJqVoR5TR2X4jx7qPK2dmgh1Hoog
Hz6Tdoe38xW8Pcl/dfo8R2/1PQt9H454Fvsn29vOK23juwrg68aTpQHBczgqD2ecdj7E9YKWyulM1hd2+c/k21A/
ifpfXVre+V65V4gD8O3OSfQJ/JHYviy83MIXME+o6xpNahYto0K0UX+lc6pCTOrxYtUwY/m0v+wz1CvSilPnrEI0
7jaYQphJ6x6rFC3vLwYDO1pzBAAA`,
  ],
]

/** Fresh bytes each time. */
export function versionOneJournal(): SegmentFile[] {
  return SEGMENTS.map(([name, base64]) => ({
    name,
    bytes: new Uint8Array(gunzipSync(Buffer.from(base64, 'base64'))),
  }))
}
