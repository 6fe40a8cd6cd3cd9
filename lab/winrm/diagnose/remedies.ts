/** What to do about a finding: a sentence, and lines for an elevated PowerShell on the Windows host. */
export interface Remedy {
  readonly fix: string;
  readonly commands: readonly string[];
}

const remedy = (fix: string, ...commands: readonly string[]): Remedy => ({ fix, commands });

/** Policies of local accounts over the network live here. */
const POLICIES = 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System';

/** Every remedy that needs the Windows host; `docs/guide/winrm.md` lists them all. What stands in angle brackets is for the reader to fill in. */
export const remedies = {
  name: remedy(
    'Check the spelling, or give the address of the host, which it tells itself:',
    '(Get-NetIPAddress -AddressFamily IPv4).IPAddress',
  ),
  refused: remedy(
    'The host is up and nothing listens on that port: start the service and see which listeners it has (docs/guide/winrm.md makes one for HTTPS).',
    'Set-Service -Name WinRM -StartupType Automatic',
    'Start-Service -Name WinRM',
    'winrm enumerate winrm/config/listener',
  ),
  noAnswer: (port: number, from: string): Remedy =>
    remedy(
      'The host is down, or a firewall drops what comes from here: networks of the profile Public admit nobody, or their own subnet only.',
      'Get-NetConnectionProfile',
      "Set-NetConnectionProfile -InterfaceAlias '<interface>' -NetworkCategory Private",
      `New-NetFirewallRule -Name 'anivault-lab-${port}' -DisplayName 'WinRM ${port} for AniVault Lab' -Direction Inbound -Protocol TCP -LocalPort ${port} -Action Allow -Profile Domain,Private -RemoteAddress ${from}`,
    ),
  noRoute: remedy('No way leads from this machine to the host: look at the network and the routes of both.', 'Get-NetIPConfiguration'),
  brokenTls: remedy(
    'The listener has no certificate that works: give it one (docs/guide/winrm.md).',
    'winrm enumerate winrm/config/listener',
    'netsh http show sslcert',
  ),
  newCertificate: remedy(
    'Make a new certificate for the host and give it to the listener.',
    "$certificate = New-SelfSignedCertificate -DnsName $env:COMPUTERNAME -CertStoreLocation 'Cert:\\LocalMachine\\My' -KeyAlgorithm RSA -KeyLength 3072 -HashAlgorithm SHA256 -NotAfter (Get-Date).AddYears(2)",
    "Remove-WSManInstance -ResourceURI winrm/config/Listener -SelectorSet @{Address='*';Transport='HTTPS'}",
    'New-Item -Path WSMan:\\localhost\\Listener -Transport HTTPS -Address * -CertificateThumbPrint $certificate.Thumbprint -Force',
  ),
  /** Prints the pin as the host itself knows it. */
  showPin: remedy(
    'See on the host itself which certificate its listener has, compare it, and pin it with --certificate-sha256.',
    "$listener = Get-ChildItem WSMan:\\localhost\\Listener | Where-Object { $_.Keys -contains 'Transport=HTTPS' }",
    '$thumbprint = (Get-ChildItem "WSMan:\\localhost\\Listener\\$($listener.Name)" | Where-Object Name -eq \'CertificateThumbprint\').Value',
    '$certificate = Get-Item "Cert:\\LocalMachine\\My\\$thumbprint"',
    "[BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($certificate.RawData)).Replace('-', '').ToLower()",
  ),
  tlsVersion: remedy(
    'The host speaks only versions of TLS that are broken: enable TLS 1.2, and start it anew.',
    "New-Item -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server' -Force",
    "New-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server' -Name Enabled -Value 1 -PropertyType DWord -Force",
    'Restart-Computer',
  ),
  notWinrm: remedy(
    'Something else answers on that port: compare with the port and the URL prefix of the listener.',
    'winrm enumerate winrm/config/listener',
    'netsh http show servicestate',
  ),
  unavailable: remedy('The service does not take requests now: start it anew.', 'Restart-Service -Name WinRM', 'Get-Service -Name WinRM'),
  negotiate: remedy('Enable Negotiate, which carries NTLM.', 'winrm set winrm/config/service/auth \'@{Negotiate="true"}\''),
  noBasic: remedy(
    'Switch Basic off, or use it over HTTPS alone.',
    'winrm set winrm/config/service/auth \'@{Basic="false"}\'',
    'winrm set winrm/config/service \'@{AllowUnencrypted="false"}\'',
  ),
  encrypted: remedy('Let the host refuse messages that are not sealed.', 'winrm set winrm/config/service \'@{AllowUnencrypted="false"}\''),
  clock: remedy(
    'Set the clock of the host.',
    'Set-Service -Name W32Time -StartupType Automatic',
    'Start-Service -Name W32Time',
    'w32tm /resync /force',
  ),
  logIn: remedy(
    'Windows tells the reason to nobody but its own log: 0xC000006A is a wrong password, 0xC0000064 no such user, 0xC000015B no right to log on over the network, 0xC0000234 locked, 0xC0000072 disabled, 0xC0000071 or 0xC0000224 a password that has to be changed, 0xC000006E a restriction such as an empty password.',
    'auditpol /set "/subcategory:{0CCE9215-69AE-11D9-BED3-505054503030}" /failure:enable',
    "Get-WinEvent -FilterHashtable @{LogName='Security'; Id=4625} -MaxEvents 5 | ForEach-Object { ([xml]$_.ToXml()).Event.EventData.Data | Where-Object Name -in TargetUserName, Status, SubStatus }",
    'Get-LocalUser | Format-Table Name, Enabled, PasswordExpires, PasswordLastSet',
    'secedit /export /cfg $env:TEMP\\rights.inf /areas USER_RIGHTS; Select-String NetworkLogonRight $env:TEMP\\rights.inf',
  ),
  rights: remedy(
    'The user has to be an administrator of the host, and one over the network too: Windows takes that from local accounts other than the built-in Administrator unless LocalAccountTokenFilterPolicy is 1.',
    "Get-LocalGroupMember -SID 'S-1-5-32-544'",
    "Add-LocalGroupMember -SID 'S-1-5-32-544' -Member '<user>'",
    `New-ItemProperty -Path '${POLICIES}' -Name LocalAccountTokenFilterPolicy -Value 1 -PropertyType DWord -Force`,
    'winrm get winrm/config/service',
  ),
  remoteShell: remedy('Allow command shells.', 'winrm set winrm/config/winrs \'@{AllowRemoteShellAccess="true"}\''),
  shellsFull: remedy(
    'Other shells of this user are open: see whose they are, end them by starting the service anew, or raise the quota.',
    'Get-WSManInstance -ResourceURI shell -Enumerate',
    'Restart-Service -Name WinRM',
    'winrm set winrm/config/winrs \'@{MaxShellsPerUser="30"}\'',
  ),
  languageMode: remedy(
    'A policy (AppLocker, App Control) confines PowerShell, so the receiver of files cannot run: leave the account of the lab out of that policy, or let the guest pull with curl.exe.',
    '$ExecutionContext.SessionState.LanguageMode',
    'Get-AppLockerPolicy -Effective -Xml',
  ),
} as const;

/** The line that raises one value of the configuration: `winrs`, `MaxShellsPerUser`, 30. */
export const setCommand = (section: string, name: string, value: string | number): string =>
  `winrm set winrm/config${section === '' ? '' : `/${section}`} '@{${name}="${value}"}'`;

/** Every remedy, with words in the place of what differs from host to host, for the guide. */
export const allRemedies = (): readonly Remedy[] =>
  Object.values(remedies).map((each) => (typeof each === 'function' ? each(5986, '<address of the lab>') : each));
