# Puts WinRM over HTTPS in place, under a certificate made here; its SHA-256 is reported, and the lab pins it. Runs over the listener the box came with.

$name = $env:COMPUTERNAME
# The key is made in the machine and cannot be taken out of it. A snapshot keeps it, so it outlives every rewind.
$certificate = New-SelfSignedCertificate -DnsName $name -CertStoreLocation 'Cert:\LocalMachine\My' -KeyExportPolicy NonExportable -KeyLength 3072 -HashAlgorithm SHA256 -NotAfter (Get-Date).AddDays(120)

$hash = [Security.Cryptography.SHA256]::Create()
try { $script:LabCertificateSha256 = ([BitConverter]::ToString($hash.ComputeHash($certificate.RawData)) -replace '-', '').ToLowerInvariant() }
finally { $hash.Dispose() }

$listeners = @(Get-ChildItem -Path 'WSMan:\localhost\Listener' | Where-Object { $_.Keys -contains 'Transport=HTTPS' })
foreach ($listener in $listeners) { Remove-Item -LiteralPath $listener.PSPath -Recurse -Force }
Invoke-LabChange -What 'WinRM listener over HTTPS' -Before $listeners.Count -Wanted $certificate.Thumbprint -Change {
  New-Item -Path 'WSMan:\localhost\Listener' -Transport HTTPS -Address '*' -CertificateThumbPrint $certificate.Thumbprint -Force
} -ReadBack {
  $made = Get-ChildItem -Path 'WSMan:\localhost\Listener' | Where-Object { $_.Keys -contains 'Transport=HTTPS' } | Select-Object -First 1
  (Get-ChildItem -LiteralPath $made.PSPath | Where-Object { $_.Name -eq 'CertificateThumbprint' }).Value
}

# Boxes take Basic and unencrypted messages over HTTP. Vagrant logs in with NTLM and seals its messages, so both can go.
foreach ($setting in @('WSMan:\localhost\Service\AllowUnencrypted', 'WSMan:\localhost\Service\Auth\Basic')) {
  $before = (Get-Item -LiteralPath $setting).Value
  if ("$before" -ne 'false') {
    Invoke-LabChange -What $setting -Before "$before" -Wanted 'false' -Change {
      Set-Item -LiteralPath $setting -Value $false -Force
    } -ReadBack { (Get-Item -LiteralPath $setting).Value }
  }
}

$rule = 'AniVault-Lab-WinRM-HTTPS'
if ($null -eq (Get-NetFirewallRule -Name $rule -ErrorAction SilentlyContinue)) {
  Invoke-LabChange -What 'firewall: port 5986' -Before '' -Wanted 'True' -Change {
    New-NetFirewallRule -Name $rule -DisplayName 'AniVault Lab: WinRM over HTTPS' -Direction Inbound -Protocol TCP -LocalPort 5986 -Action Allow -Profile Any
  } -ReadBack { (Get-NetFirewallRule -Name $rule).Enabled }
}

Write-LabReport -Script 'winrm-https'
