// Certificates made for one test run by openssl, so that no key lies in the repository: an
// authority, and a server certificate for localhost and 127.0.0.1 that it signed.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestCertificates {
  readonly ca: string
  readonly key: string
  readonly cert: string
}

export function createTestCertificates(): TestCertificates {
  const directory = mkdtempSync(join(tmpdir(), 'floe-tls-'))
  const openssl = (...args: string[]) => {
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  }
  const read = (name: string) => readFileSync(join(directory, name), 'utf8')
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    writeFileSync(join(directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    const authority = ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=floe test authority']
    openssl('req', '-x509', '-days', '2', ...newKey, ...authority)
    openssl('req', ...newKey, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=floe test')
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names']
    openssl('x509', '-req', '-days', '2', '-in', 'request.pem', '-out', 'cert.pem', ...signing)
    return { ca: read('ca.pem'), key: read('key.pem'), cert: read('cert.pem') }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
