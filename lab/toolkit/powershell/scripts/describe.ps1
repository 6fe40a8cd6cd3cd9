$currentVersion = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion'

function Get-Architecture {
  # A process of another architecture sees its own in the first one.
  $name = [string] $env:PROCESSOR_ARCHITEW6432
  if ($name -eq '') { $name = [string] $env:PROCESSOR_ARCHITECTURE }
  switch ($name) {
    'AMD64' { return 'x64' }
    'ARM64' { return 'arm64' }
    'x86' { return 'ia32' }
  }
  return 'unknown'
}

function Get-OsBuild {
  return [int] (Get-RegistryValue $currentVersion 'CurrentBuildNumber')
}

function Get-ProductName {
  $name = [string] (Get-RegistryValue $currentVersion 'ProductName')
  # Windows 11 still has the name of Windows 10 there.
  if ((Get-OsBuild) -ge 22000) { $name = $name -replace '^Windows 10', 'Windows 11' }
  return $name
}

function Get-UpInterface {
  foreach ($interface in [Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()) {
    if ($interface.OperationalStatus -eq [Net.NetworkInformation.OperationalStatus]::Up) { $interface.Name }
  }
}

function Get-Description {
  $system = Get-CimInstance -ClassName Win32_ComputerSystem -Property TotalPhysicalMemory
  $userProfile = [Environment]::GetFolderPath('UserProfile')
  $answer = @{
    osVersion          = "10.0.$(Get-OsBuild)"
    productName        = Get-ProductName
    architecture       = Get-Architecture
    locale             = [Globalization.CultureInfo]::CurrentCulture.Name
    timeZone           = [TimeZoneInfo]::Local.Id
    logicalProcessors  = [Environment]::ProcessorCount
    memoryBytes        = [long] $system.TotalPhysicalMemory
    user               = [Environment]::UserName
    hostName           = [Environment]::MachineName
    temporaryDirectory = [IO.Path]::GetTempPath().TrimEnd('\')
    userProfile        = $userProfile
    localAppData       = [Environment]::GetFolderPath('LocalApplicationData')
    networkInterfaces  = [string[]] @(Get-UpInterface | Select-Object -Unique)
  }
  $emulator = [AniVaultLab.Emulator]::Name()
  if ($null -ne $emulator) { $answer['emulator'] = [string] $emulator }
  return $answer
}
