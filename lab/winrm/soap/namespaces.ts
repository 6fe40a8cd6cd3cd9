/** XML namespaces of the protocol, by the prefix Windows writes for each ([MS-WSMV] 2.2.1). Prefixes that are read may differ. */
export const namespaces = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  a: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  x: 'http://schemas.xmlsoap.org/ws/2004/09/transfer',
  e: 'http://schemas.xmlsoap.org/ws/2004/08/eventing',
  n: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration',
  w: 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
  rsp: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell',
  p: 'http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd',
  f: 'http://schemas.microsoft.com/wbem/wsman/1/wsmanfault',
  wsmid: 'http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd',
  cfg: 'http://schemas.microsoft.com/wbem/wsman/1/config',
  b: 'http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd',
  cim: 'http://schemas.dmtf.org/wbem/wscim/1/common',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  wmiError: 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError',
} as const;

export type Prefix = 's' | 'a' | 'x' | 'e' | 'n' | 'w' | 'rsp' | 'p';

/** Reply address that says "on this connection" (WS-Addressing, 2.1). */
export const anonymousRole = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous';

/** Resource of the command shell ([MS-WSMV] 2.2.4). */
export const cmdShellUri = `${namespaces.rsp}/cmd`;

/** Resource of all shells, whatever runs in them: to be listed and looked at ([MS-WSMV] 3.1.4.1.3). */
export const shellUri = namespaces.rsp;

/** Resource of the commands of one shell. */
export const shellCommandUri = `${namespaces.rsp}/Command`;

/** Resource of the service's own settings ([MS-WSMV] 2.2.4.10). */
export const configUri = namespaces.cfg;

/** `xmlns:` attributes that declare the prefixes, in the order given. */
export const declare = (prefixes: readonly Prefix[]): string =>
  prefixes.map((prefix) => `xmlns:${prefix}="${namespaces[prefix]}"`).join(' ');
