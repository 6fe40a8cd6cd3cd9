import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { foreignPrograms } from '../winrm/foreign-programs.ts';

/** What a certificate of the tests is to be like. */
export interface CertificateWish {
  readonly name: string;
  /** As OpenSSL's extensions write it; absent: none. */
  readonly purpose?: 'codeSigning' | 'critical,timeStamping' | 'serverAuth';
  readonly key?: 'rsa:2048' | 'rsa:1024' | 'ec';
  /** Of its validity, relative to now. */
  readonly fromDays?: number;
  readonly toDays?: number;
}

/** A key and its certificate as files. */
export interface IssuedCertificate {
  readonly certificate: string;
  /** With that of the authority after it. */
  readonly withChain: string;
  readonly key: string;
}

const openssl = (folder: string, ...args: readonly string[]): void => {
  execFileSync(foreignPrograms.openssl.file, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
};

const newKey = (wish: CertificateWish): readonly string[] =>
  wish.key === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] : ['-newkey', wish.key ?? 'rsa:2048'];

// 2026-11-21T14:33:05.123Z → 20261121143305Z
const stamp = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');

/** A certificate authority of its own in a folder, made with OpenSSL. For tests. */
export class Authority {
  readonly folder: string;
  readonly certificate: string;

  constructor(folder: string, name = 'Test Authority') {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.certificate = path.join(folder, 'authority.pem');
    const args = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-keyout', 'authority.key', '-out', 'authority.pem', '-days', '3650'];
    openssl(folder, ...args, '-subj', `/CN=${name}`, '-addext', 'keyUsage=critical,keyCertSign');
    writeFileSync(path.join(folder, 'index.txt'), '');
    writeFileSync(path.join(folder, 'serial'), '1000\n');
  }

  issue(wish: CertificateWish): IssuedCertificate {
    const file = wish.name.replaceAll(/\W+/g, '-').toLowerCase();
    openssl(
      this.folder,
      'req',
      '-new',
      '-nodes',
      ...newKey(wish),
      '-keyout',
      `${file}.key`,
      '-out',
      `${file}.csr`,
      '-subj',
      `/CN=${wish.name}`,
    );
    writeFileSync(
      path.join(this.folder, `${file}.cnf`),
      `[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
serial = serial
certificate = authority.pem
private_key = authority.key
default_md = sha256
policy = any
unique_subject = no
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
${wish.purpose === undefined ? '' : `extendedKeyUsage = ${wish.purpose}\n`}`,
    );
    const validity = ['-startdate', stamp(wish.fromDays ?? -1), '-enddate', stamp(wish.toDays ?? 365)];
    openssl(this.folder, 'ca', '-batch', '-notext', '-config', `${file}.cnf`, '-in', `${file}.csr`, '-out', `${file}.pem`, ...validity);
    const certificate = path.join(this.folder, `${file}.pem`);
    const withChain = path.join(this.folder, `${file}.chain.pem`);
    writeFileSync(withChain, readFileSync(certificate, 'latin1') + readFileSync(this.certificate, 'latin1'));
    return { certificate, withChain, key: path.join(this.folder, `${file}.key`) };
  }

  /** The same key, encrypted with a password. */
  encrypt({ key }: IssuedCertificate, password: string): string {
    openssl(this.folder, 'pkcs8', '-topk8', '-in', key, '-out', `${key}.encrypted`, '-v2', 'aes-256-cbc', '-passout', `pass:${password}`);
    return `${key}.encrypted`;
  }

  /** Key and certificate in one file, as Windows exports them. */
  pfx({ key, certificate }: IssuedCertificate, password: string): string {
    openssl(this.folder, 'pkcs12', '-export', '-in', certificate, '-inkey', key, '-out', `${key}.pfx`, '-passout', `pass:${password}`);
    return `${key}.pfx`;
  }
}
