# Functions that every script of this folder has before it. Windows PowerShell 5.1; nothing is installed.
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$script:LabChanges = New-Object System.Collections.ArrayList
$script:LabRestartNeeded = $false
$script:LabCertificateSha256 = $null

# Notes something that was found otherwise than wanted, and what became of it.
function Add-LabChange {
  param([string] $What, $Before, $After, [bool] $Done, [string] $Reason = '')
  if ($Before -is [array]) { $Before = $Before -join ', ' }
  if ($After -is [array]) { $After = $After -join ', ' }
  [void] $script:LabChanges.Add([ordered] @{ what = $What; before = $Before; after = $After; done = $Done; reason = $Reason })
}

# Does something and notes it; what it throws is noted too, and does not stop the script.
function Invoke-LabChange {
  param([string] $What, $Before, $Wanted, [scriptblock] $Change, [scriptblock] $ReadBack)
  try {
    & $Change | Out-Null
    $after = & $ReadBack
    $reason = ''
    if ("$after" -ne "$Wanted") { $reason = 'Windows did not take it' }
    Add-LabChange -What $What -Before $Before -After $after -Done ("$after" -eq "$Wanted") -Reason $reason
  }
  catch {
    Add-LabChange -What $What -Before $Before -After $Before -Done $false -Reason $_.Exception.Message
  }
}

# A value of the registry, or null.
function Get-LabRegistryValue {
  param([string] $Path, [string] $Name)
  $item = Get-ItemProperty -LiteralPath $Path -Name $Name -ErrorAction SilentlyContinue
  if ($null -eq $item) { return $null }
  return $item.$Name
}

# Sets a number in the registry where it is another. Says whether it was.
function Set-LabRegistryNumber {
  param([string] $Path, [string] $Name, [int] $Value)
  $before = Get-LabRegistryValue -Path $Path -Name $Name
  if ($before -eq $Value) { return $false }
  Invoke-LabChange -What "$Path\$Name" -Before $before -Wanted $Value -Change {
    if (-not (Test-Path -LiteralPath $Path)) { New-Item -Path $Path -Force | Out-Null }
    New-ItemProperty -LiteralPath $Path -Name $Name -Value $Value -PropertyType DWord -Force | Out-Null
  } -ReadBack { Get-LabRegistryValue -Path $Path -Name $Name }
  return $true
}

# Removes a value of the registry where there is one.
function Remove-LabRegistryValue {
  param([string] $Path, [string] $Name)
  $before = Get-LabRegistryValue -Path $Path -Name $Name
  if ($null -eq $before) { return }
  Invoke-LabChange -What "$Path\$Name" -Before $before -Wanted '' -Change {
    Remove-ItemProperty -LiteralPath $Path -Name $Name -Force
  } -ReadBack { "$(Get-LabRegistryValue -Path $Path -Name $Name)" }
}

# Prints the report: base64 in short numbered lines, since Vagrant does not escape backslashes and long lines are broken.
function Write-LabReport {
  param([string] $Script)
  $report = [ordered] @{
    format            = 1
    script            = $Script
    changes           = @($script:LabChanges)
    restartNeeded     = $script:LabRestartNeeded
    certificateSha256 = $script:LabCertificateSha256
  }
  $json = ConvertTo-Json -InputObject $report -Depth 4 -Compress
  $text = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json))
  $total = [int] [Math]::Ceiling($text.Length / 60)
  for ($part = 0; $part -lt $total; $part++) {
    $length = [Math]::Min(60, $text.Length - $part * 60)
    Write-Output ('anivault-lab-report:{0}:{1}/{2}:{3}' -f $Script, ($part + 1), $total, $text.Substring($part * 60, $length))
  }
}
