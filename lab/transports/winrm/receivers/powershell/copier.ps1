# Answers one message after the other until standard input ends: the twin of the guest tool's `copy` for Windows PowerShell 5.1. A message is the
# length of its head (four bytes, least significant first), the head (JSON, UTF-8), and as many bytes as the head's payloadBytes says.
# Data comes as JSON and is never made part of code.
param([IO.BinaryReader] $reader, [IO.Stream] $output)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Add-Type -AssemblyName System.IO.Compression
Add-Type -AssemblyName System.IO.Compression.FileSystem

$onWindows = [IO.Path]::DirectorySeparatorChar -eq '\'
$nothing = [byte[]]::new(0)
$pieceBytes = 1048576

# Ends an operation with a refusal that the host can tell from a bug.
function Stop-With([string] $code, [string] $message) {
  $refusal = [InvalidOperationException]::new($message)
  $refusal.Data['code'] = $code
  throw $refusal
}

function New-Hash {
  # SHA256.Create gives .NET Framework's managed implementation, which is several times slower.
  try { return [Security.Cryptography.SHA256Cng]::new() } catch { return [Security.Cryptography.SHA256]::Create() }
}

function Get-Hex([byte[]] $bytes) { return [BitConverter]::ToString($bytes).Replace('-', '').ToLowerInvariant() }

function Get-BytesDigest([byte[]] $bytes) {
  $hash = New-Hash
  try { return Get-Hex $hash.ComputeHash($bytes) } finally { $hash.Dispose() }
}

# C:\a\b. Elsewhere than on Windows the folder LAB_GUEST_ROOT stands for the drives: C:\a\b is LAB_GUEST_ROOT/c/a/b.
function Resolve-GuestPath([string] $path) {
  if ($path -notmatch '^[A-Za-z]:\\[^\\]' -or $path.Substring(2) -match '[:"<>|?*\x00-\x1f]') { Stop-With 'bad-request' "not an absolute Windows path: $path" }
  if (@($path.Split('\')) -contains '..') { Stop-With 'unsafe-path' "a path that climbs: $path" }
  if ($onWindows) { return $path }
  $parts = @($env:LAB_GUEST_ROOT, $path.Substring(0, 1).ToLowerInvariant()) + $path.Substring(3).Split('\')
  return [string]::Join('/', $parts)
}

function Open-ToRead([string] $path) {
  return [IO.FileStream]::new($path, [IO.FileMode]::Open, [IO.FileAccess]::Read, [IO.FileShare]::ReadWrite, $pieceBytes)
}

function Get-FileFacts([string] $path) {
  if (-not [IO.File]::Exists($path)) { return $null }
  $file = Open-ToRead $path
  $hash = New-Hash
  try { return @{ sizeBytes = $file.Length; sha256 = Get-Hex $hash.ComputeHash($file) } } finally { $hash.Dispose(); $file.Dispose() }
}

function Remove-FileIfThere([string] $path) { if ([IO.File]::Exists($path)) { [IO.File]::Delete($path) } }

function New-ParentOf([string] $path) { [void] [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path)) }

# A file on its way in; until it is whole it grows under another name.
function Get-Incoming($given) {
  if ($given.sha256 -notmatch '^[0-9a-f]{64}$') { Stop-With 'bad-request' 'sha256 must be a digest' }
  $target = Resolve-GuestPath $given.to
  return @{
    target    = $target
    temporary = "$target.$($given.sha256.Substring(0, 16)).lab-part"
    sizeBytes = [long] $given.sizeBytes
    sha256    = [string] $given.sha256
  }
}

function Test-IsThere($file) {
  if (-not [IO.File]::Exists($file.target) -or [IO.FileInfo]::new($file.target).Length -ne $file.sizeBytes) { return $false }
  return (Get-FileFacts $file.target).sha256 -eq $file.sha256
}

function Remove-LeftOvers($file) {
  $folder = [IO.Path]::GetDirectoryName($file.target)
  if (-not [IO.Directory]::Exists($folder)) { return }
  $pattern = '^' + [regex]::Escape([IO.Path]::GetFileName($file.target)) + '\.[0-9a-f]{16}\.lab-part$'
  foreach ($path in [IO.Directory]::GetFiles($folder)) {
    if ([IO.Path]::GetFileName($path) -match $pattern -and $path -ne $file.temporary) { [IO.File]::Delete($path) }
  }
}

function Read-Range([IO.Stream] $stream, [long] $offset, [int] $length) {
  $bytes = [byte[]]::new($length)
  [void] $stream.Seek($offset, [IO.SeekOrigin]::Begin)
  $filled = 0
  while ($filled -lt $length) {
    $count = $stream.Read($bytes, $filled, $length - $filled)
    if ($count -eq 0) { break }
    $filled += $count
  }
  if ($filled -lt $length) { [Array]::Resize([ref] $bytes, $filled) }
  return , $bytes
}

function Get-PartDigests([string] $path, [long] $sizeBytes, [int] $partBytes) {
  $digests = [Collections.Generic.List[object]]::new()
  if (-not [IO.File]::Exists($path)) { return , $digests.ToArray() }
  $file = Open-ToRead $path
  try {
    for ([long] $offset = 0; $offset -lt $sizeBytes; $offset += $partBytes) {
      $length = [int] [Math]::Min([long] $partBytes, $sizeBytes - $offset)
      $bytes = Read-Range $file $offset $length
      if ($bytes.Length -eq $length) { $digests.Add((Get-BytesDigest $bytes)) } else { $digests.Add($null) }
    }
  } finally { $file.Dispose() }
  return , $digests.ToArray()
}

function Expand-Part($given, [byte[]] $payload) {
  $bytes = $payload
  if ($given.encoding -eq 'gzip') {
    $unpacked = [IO.MemoryStream]::new([int] $given.partSizeBytes)
    $packed = [IO.Compression.GZipStream]::new([IO.MemoryStream]::new($payload, $false), [IO.Compression.CompressionMode]::Decompress)
    try { $packed.CopyTo($unpacked, $pieceBytes) } catch { Stop-With 'damaged' 'a part cannot be unpacked' } finally { $packed.Dispose() }
    $bytes = $unpacked.ToArray()
  }
  if ($bytes.Length -ne [int] $given.partSizeBytes -or (Get-BytesDigest $bytes) -ne $given.partSha256) {
    Stop-With 'damaged' "a part of $($bytes.Length) bytes is not what was promised"
  }
  return , $bytes
}

# Several copiers write to one file at a time, each to places of its own.
function Open-ForParts([string] $path) {
  New-ParentOf $path
  return [IO.FileStream]::new($path, [IO.FileMode]::OpenOrCreate, [IO.FileAccess]::Write, [IO.FileShare]::ReadWrite, $pieceBytes)
}

function Move-Into($file) {
  if ([IO.File]::Exists($file.target)) { [IO.File]::Replace($file.temporary, $file.target, [NullString]::Value) }
  else { [IO.File]::Move($file.temporary, $file.target) }
}

function Invoke-Look($given) {
  $file = Get-Incoming $given
  if (Test-IsThere $file) {
    Remove-FileIfThere $file.temporary
    return @{ there = $true; parts = @() }
  }
  Remove-LeftOvers $file
  if ([int] $given.partBytes -eq 0) { return @{ there = $false; parts = @() } }
  return @{ there = $false; parts = (Get-PartDigests $file.temporary $file.sizeBytes ([int] $given.partBytes)) }
}

function Invoke-Part($given, [byte[]] $payload) {
  $file = Get-Incoming $given
  $bytes = Expand-Part $given $payload
  if ([long] $given.offset + $bytes.Length -gt $file.sizeBytes) { Stop-With 'bad-request' 'a part behind the end' }
  $stream = Open-ForParts $file.temporary
  try {
    [void] $stream.Seek([long] $given.offset, [IO.SeekOrigin]::Begin)
    $stream.Write($bytes, 0, $bytes.Length)
  } finally { $stream.Dispose() }
  return @{}
}

function Invoke-Small($given, [byte[]] $payload) {
  $file = Get-Incoming $given
  if (Test-IsThere $file) { return @{ there = $true; sizeBytes = $file.sizeBytes; sha256 = $file.sha256 } }
  $bytes = Expand-Part $given $payload
  $actual = Get-BytesDigest $bytes
  if ($bytes.Length -ne $file.sizeBytes -or $actual -ne $file.sha256) { return @{ there = $false; sizeBytes = $bytes.Length; sha256 = $actual } }
  New-ParentOf $file.temporary
  try {
    [IO.File]::WriteAllBytes($file.temporary, $bytes)
    # What the disk took is what counts.
    $written = Get-FileFacts $file.temporary
    if ($written.sha256 -eq $file.sha256) { Move-Into $file }
  } finally { Remove-FileIfThere $file.temporary }
  Remove-LeftOvers $file
  return @{ there = $false; sizeBytes = $written.sizeBytes; sha256 = $written.sha256 }
}

function Invoke-Finish($given) {
  $file = Get-Incoming $given
  if ($file.sizeBytes -eq 0) { (Open-ForParts $file.temporary).Dispose() }
  $found = Get-FileFacts $file.temporary
  if ($null -eq $found) {
    if (Test-IsThere $file) { return @{ sizeBytes = $file.sizeBytes; sha256 = $file.sha256 } }
    Stop-With 'not-found' 'nothing of it has arrived'
  }
  if ($found.sizeBytes -eq $file.sizeBytes -and $found.sha256 -eq $file.sha256) { Move-Into $file } else { [IO.File]::Delete($file.temporary) }
  return $found
}

function Invoke-Read($given) {
  $stream = Open-ToRead (Resolve-GuestPath $given.path)
  try { $bytes = Read-Range $stream ([long] $given.offset) ([int] $given.length) } finally { $stream.Dispose() }
  $sent = $bytes
  $encoding = 'identity'
  if ($given.pack -and $bytes.Length -gt 0) {
    $target = [IO.MemoryStream]::new()
    $packer = [IO.Compression.GZipStream]::new($target, [IO.Compression.CompressionLevel]::Fastest)
    $packer.Write($bytes, 0, $bytes.Length)
    $packer.Dispose()
    $packed = $target.ToArray()
    if ($packed.Length -lt 0.95 * $bytes.Length) {
      $sent = $packed
      $encoding = 'gzip'
    }
  }
  return @{ payload = $sent; encoding = $encoding; sizeBytes = $bytes.Length; sha256 = (Get-BytesDigest $bytes) }
}

function New-Request([string] $url, [int] $timeoutMs) {
  if ($url -notmatch '^http://\S{1,500}$') { Stop-With 'bad-request' 'not an HTTP address' }
  $request = [Net.WebRequest]::CreateHttp($url)
  # The address is of this network; looking for a proxy takes seconds.
  $request.Proxy = $null
  $request.Timeout = $timeoutMs
  $request.ReadWriteTimeout = 20000
  return $request
}

function Invoke-Probe($given) {
  $target = [IO.MemoryStream]::new()
  try {
    $response = (New-Request $given.url ([int] $given.timeoutMs)).GetResponse()
    try { $response.GetResponseStream().CopyTo($target) } finally { $response.Dispose() }
  } catch { Stop-With 'unreachable' ($_.Exception.GetBaseException().Message) }
  return @{ payload = $target.ToArray() }
}

# curl.exe is part of Windows 10 since 1803. It takes a file up where it ended; what is missing in the middle it cannot fetch.
function Invoke-Curl([string] $url, [string] $path, [long] $from) {
  $stream = Open-ForParts $path
  try { $stream.SetLength($from) } finally { $stream.Dispose() }
  # Windows PowerShell makes an exception of what a program says on standard error.
  $ErrorActionPreference = 'Continue'
  $arguments = @('-fsS', '--noproxy', '*', '--connect-timeout', '5', '--retry', '3', '-C', '-', '-o', $path, $url)
  $said = (& curl.exe @arguments 2>&1 | Out-String).Trim()
  if ($LASTEXITCODE -eq 23) { Stop-With 'io' $said }
  if ($LASTEXITCODE -ne 0) { Stop-With 'unreachable' $said }
}

function Get-UrlRange([string] $url, [string] $path, [long] $from, [long] $end) {
  $request = New-Request $url 20000
  $request.AddRange($from, $end - 1)
  $stream = Open-ForParts $path
  try {
    [void] $stream.Seek($from, [IO.SeekOrigin]::Begin)
    $response = $request.GetResponse()
    try { $response.GetResponseStream().CopyTo($stream, $pieceBytes) } finally { $response.Dispose() }
  } catch [Net.WebException] { Stop-With 'unreachable' ($_.Exception.GetBaseException().Message) } finally { $stream.Dispose() }
}

function Invoke-Fetch($given) {
  $file = Get-Incoming $given
  $ranges = @($given.ranges)
  $contiguous = $true
  for ($index = 1; $index -lt $ranges.Count; $index++) { if ([long] $ranges[$index][0] -ne [long] $ranges[$index - 1][1]) { $contiguous = $false } }
  $curl = if ($onWindows) { Get-Command -Name curl.exe -CommandType Application -ErrorAction SilentlyContinue } else { $null }
  if ($contiguous -and $null -ne $curl -and [long] $ranges[-1][1] -eq $file.sizeBytes) { Invoke-Curl $given.url $file.temporary ([long] $ranges[0][0]) }
  else { foreach ($range in $ranges) { Get-UrlRange $given.url $file.temporary ([long] $range[0]) ([long] $range[1]) } }
  return @{}
}

# Everything below a folder by its path with slashes: a line for the tree's text. Links are refused.
function Get-TreeItems([string] $top) {
  $items = [Collections.Generic.Dictionary[string, object]]::new([StringComparer]::Ordinal)
  $waiting = [Collections.Generic.Stack[string]]::new()
  $waiting.Push($top)
  while ($waiting.Count -gt 0) {
    foreach ($entry in [IO.DirectoryInfo]::new($waiting.Pop()).GetFileSystemInfos()) {
      $relative = $entry.FullName.Substring($top.TrimEnd('\', '/').Length + 1).Replace('\', '/')
      if ($entry.Attributes -band [IO.FileAttributes]::ReparsePoint) { Stop-With 'io' "neither a file nor a folder: $relative" }
      if ($items.Count -ge 50000) { Stop-With 'too-large' 'more than 50000 files and folders' }
      if ($entry -is [IO.DirectoryInfo]) {
        $items[$relative] = @{ line = "directory $relative"; sizeBytes = -1 }
        $waiting.Push($entry.FullName)
      } else {
        $facts = Get-FileFacts $entry.FullName
        $items[$relative] = @{ line = "$($facts.sha256) $($facts.sizeBytes) $relative"; sizeBytes = $facts.sizeBytes }
      }
    }
  }
  return $items
}

function Get-TreeFacts([string] $top) {
  $items = Get-TreeItems $top
  $names = [string[]] @($items.Keys)
  [Array]::Sort($names, [StringComparer]::Ordinal)
  $text = [Text.StringBuilder]::new()
  $files = 0
  [long] $sizeBytes = 0
  foreach ($name in $names) {
    [void] $text.Append($items[$name].line).Append([char] 10)
    if ($items[$name].sizeBytes -ge 0) {
      $files++
      $sizeBytes += $items[$name].sizeBytes
    }
  }
  return @{ files = $files; sizeBytes = $sizeBytes; treeSha256 = (Get-BytesDigest ([Text.Encoding]::UTF8.GetBytes($text.ToString()))) }
}

function Invoke-TreeDigest($given) {
  $path = Resolve-GuestPath $given.path
  if ([IO.File]::Exists($path)) { Stop-With 'exists' "not a folder: $($given.path)" }
  if (-not [IO.Directory]::Exists($path)) { return @{ exists = $false } }
  $facts = Get-TreeFacts $path
  $facts['exists'] = $true
  return $facts
}

function Invoke-PlaceTree($given) {
  $archive = Resolve-GuestPath $given.archive
  $target = Resolve-GuestPath $given.to
  $staging = "$target.$([Guid]::NewGuid().ToString('N').Substring(0, 12)).lab-part"
  try {
    if ([IO.Directory]::Exists($target) -or [IO.File]::Exists($target)) { Stop-With 'exists' "something of that name is there: $($given.to)" }
    New-ParentOf $target
    [void] [IO.Directory]::CreateDirectory($staging)
    # Refuses entries that lead out of the folder.
    [IO.Compression.ZipFile]::ExtractToDirectory($archive, $staging)
    $facts = Get-TreeFacts $staging
    if ($facts.treeSha256 -eq $given.treeSha256) { [IO.Directory]::Move($staging, $target) }
    return $facts
  } finally {
    if ([IO.Directory]::Exists($staging)) { [IO.Directory]::Delete($staging, $true) }
    Remove-FileIfThere $archive
  }
}

function Invoke-PackTree($given) {
  $top = Resolve-GuestPath $given.path
  $archive = Resolve-GuestPath $given.archive
  if (-not [IO.Directory]::Exists($top)) { Stop-With 'not-found' "there is no such folder: $($given.path)" }
  $facts = Get-TreeFacts $top
  $items = Get-TreeItems $top
  try {
    # Not ZipFile.CreateFromDirectory: as Windows PowerShell is built, it puts backslashes into the names.
    $zip = [IO.Compression.ZipFile]::Open($archive, [IO.Compression.ZipArchiveMode]::Create)
    try {
      foreach ($name in $items.Keys) {
        if ($items[$name].sizeBytes -lt 0) {
          [void] $zip.CreateEntry("$name/")
          continue
        }
        $target = $zip.CreateEntry($name, [IO.Compression.CompressionLevel]::Fastest).Open()
        $source = Open-ToRead ([IO.Path]::Combine($top, $name))
        try { $source.CopyTo($target, $pieceBytes) } finally { $source.Dispose(); $target.Dispose() }
      }
    } finally { $zip.Dispose() }
    $packed = Get-FileFacts $archive
  } catch {
    Remove-FileIfThere $archive
    throw
  }
  $facts['archiveBytes'] = $packed.sizeBytes
  $facts['archiveSha256'] = $packed.sha256
  return $facts
}

function Invoke-Digest($given) {
  $facts = Get-FileFacts (Resolve-GuestPath $given.path)
  if ($null -eq $facts) { return @{ exists = $false } }
  $facts['exists'] = $true
  return $facts
}

function Invoke-Operation($given, [byte[]] $payload) {
  switch -CaseSensitive ($given.op) {
    'hello' { return @{ version = 1; sha256 = (Get-BytesDigest $payload); payload = $payload } }
    'look' { return Invoke-Look $given }
    'part' { return Invoke-Part $given $payload }
    'small' { return Invoke-Small $given $payload }
    'finish' { return Invoke-Finish $given }
    'discard' { Remove-FileIfThere (Get-Incoming $given).temporary; return @{} }
    'digest' { return Invoke-Digest $given }
    'remove' { Remove-FileIfThere (Resolve-GuestPath $given.path); return @{} }
    'parts' { return @{ parts = (Get-PartDigests (Resolve-GuestPath $given.path) ([long] $given.sizeBytes) ([int] $given.partBytes)) } }
    'read' { return Invoke-Read $given }
    'probe' { return Invoke-Probe $given }
    'fetch' { return Invoke-Fetch $given }
    'tree-digest' { return Invoke-TreeDigest $given }
    'place-tree' { return Invoke-PlaceTree $given }
    'pack-tree' { return Invoke-PackTree $given }
  }
  Stop-With 'bad-request' "unknown operation $($given.op)"
}

function Send-Answer([hashtable] $head, [byte[]] $payload) {
  $head['payloadBytes'] = $payload.Length
  $text = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $head -Compress -Depth 6))
  $output.Write([BitConverter]::GetBytes([int] $text.Length), 0, 4)
  $output.Write($text, 0, $text.Length)
  if ($payload.Length -gt 0) { $output.Write($payload, 0, $payload.Length) }
  $output.Flush()
}

while ($true) {
  $prefix = $reader.ReadBytes(4)
  if ($prefix.Length -lt 4) { break }
  $given = [Text.Encoding]::UTF8.GetString($reader.ReadBytes([BitConverter]::ToInt32($prefix, 0))) | ConvertFrom-Json
  $payload = $reader.ReadBytes([int] $given.payloadBytes)
  try {
    $answer = Invoke-Operation $given $payload
    $bytes = $nothing
    if ($answer.ContainsKey('payload')) {
      $bytes = $answer['payload']
      $answer.Remove('payload')
    }
    Send-Answer @{ ok = $answer } $bytes
  } catch {
    $problem = $_.Exception.GetBaseException()
    $code = if ($problem.Data.Contains('code')) { $problem.Data['code'] } else { 'io' }
    Send-Answer @{ error = @{ code = $code; message = $problem.Message } } $nothing
  }
}
