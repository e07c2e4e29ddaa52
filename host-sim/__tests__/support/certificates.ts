// Owns throw-away certificates for TLS tests, made by the openssl command. Knows no broker and no client.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  readonly caFile: string;
  /** A CA that signed none of the others. */
  readonly otherCaFile: string;
  /** For localhost and 127.0.0.1. */
  readonly server: KeyPair;
  /** As `server`, but valid only until yesterday. */
  readonly expired: KeyPair;
  /** As `server`, but for another host name. */
  readonly otherName: KeyPair;
  /** As `server`, but signed by the other CA. */
  readonly otherCaServer: KeyPair;
  readonly client: KeyPair;
  /** A client certificate signed by the other CA. */
  readonly otherCaClient: KeyPair;
  remove(): Promise<void>;
}

interface Leaf {
  readonly name: string;
  readonly ca: "ca" | "other-ca";
  readonly extensions: "server" | "other_name" | "client";
  readonly validDays: { readonly from: number; readonly to: number };
}

const dayMs = 24 * 60 * 60 * 1000;
const valid = { from: -2, to: 30 } as const;

/** `openssl ca` is the one subcommand of all OpenSSL and LibreSSL versions that can date a certificate in the past. */
const opensslConfig = `
[req]
distinguished_name = name
[name]
[v3_ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ca]
default_ca = throwaway
[throwaway]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any_name
unique_subject = no
[any_name]
commonName = supplied
[server]
subjectAltName = DNS:localhost,IP:127.0.0.1
extendedKeyUsage = serverAuth
[other_name]
subjectAltName = DNS:elsewhere.example
extendedKeyUsage = serverAuth
[client]
extendedKeyUsage = clientAuth
`;

/** Makes all of them in a temporary directory, or skips the test and says what is missing. */
export async function certificatesOrSkip(t: TestContext): Promise<Certificates | undefined> {
  const found = await run("openssl", ["version"]).catch(() => undefined);
  if (found === undefined) {
    t.skip("the openssl command is not installed (Debian: apt install openssl; macOS: brew install openssl)");
    return undefined;
  }
  const certificates = await makeCertificates();
  t.after(() => certificates.remove());
  return certificates;
}

export async function makeCertificates(): Promise<Certificates> {
  const dir = await mkdtemp(join(tmpdir(), "motekit-certificates-"));
  await writeFile(join(dir, "openssl.cnf"), opensslConfig);
  await writeFile(join(dir, "index.txt"), "");
  await writeFile(join(dir, "serial"), "01\n");
  await makeCa(dir, "ca");
  await makeCa(dir, "other-ca");
  const leaf = (name: string, rest: Partial<Leaf>): Promise<KeyPair> =>
    makeLeaf(dir, { name, ca: "ca", extensions: "server", validDays: valid, ...rest });
  return {
    caFile: join(dir, "ca.crt"),
    otherCaFile: join(dir, "other-ca.crt"),
    server: await leaf("server", {}),
    expired: await leaf("expired", { validDays: { from: -2, to: -1 } }),
    otherName: await leaf("other-name", { extensions: "other_name" }),
    otherCaServer: await leaf("other-ca-server", { ca: "other-ca" }),
    client: await leaf("client", { extensions: "client" }),
    otherCaClient: await leaf("other-ca-client", { ca: "other-ca", extensions: "client" }),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

async function makeKey(dir: string, name: string): Promise<void> {
  await run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}.key`], {
    cwd: dir,
  });
}

async function makeCa(dir: string, name: string): Promise<void> {
  await makeKey(dir, name);
  const subject = ["-subj", `/CN=motekit test ${name}`, "-days", "30"];
  const request = ["req", "-x509", "-new", "-config", "openssl.cnf", "-extensions", "v3_ca", ...subject];
  await run("openssl", [...request, "-key", `${name}.key`, "-out", `${name}.crt`], { cwd: dir });
}

async function makeLeaf(dir: string, { name, ca, extensions, validDays }: Leaf): Promise<KeyPair> {
  await makeKey(dir, name);
  const request = ["req", "-new", "-config", "openssl.cnf", "-subj", `/CN=motekit test ${name}`];
  await run("openssl", [...request, "-key", `${name}.key`, "-out", `${name}.csr`], { cwd: dir });
  const signing = ["ca", "-batch", "-notext", "-config", "openssl.cnf", "-extensions", extensions];
  const issuer = ["-cert", `${ca}.crt`, "-keyfile", `${ca}.key`];
  const dates = ["-startdate", asn1Time(validDays.from), "-enddate", asn1Time(validDays.to)];
  await run("openssl", [...signing, ...issuer, ...dates, "-in", `${name}.csr`, "-out", `${name}.crt`], {
    cwd: dir,
  });
  return { certFile: join(dir, `${name}.crt`), keyFile: join(dir, `${name}.key`) };
}

/** `YYMMDDHHMMSSZ`, as certificates write times before 2050. */
function asn1Time(daysFromNow: number): string {
  const iso = new Date(Date.now() + daysFromNow * dayMs).toISOString();
  return `${iso.slice(2, 19).replace(/[-:T]/g, "")}Z`;
}
