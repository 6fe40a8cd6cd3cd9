$answer = [AniVaultLab.AnsweredElsewhere] {
  param([string] $verb, $given)
  switch -CaseSensitive ($verb) {
    'describe' { return Get-Description }
    'readBox' { return Get-BoxTruth }
    'repairBox' { return Repair-Box $given }
  }
  throw [AniVaultLab.Refusal]::new('bad-request', "unknown verb $verb")
}
[AniVaultLab.GuestTool]::new($reader.BaseStream).Serve($answer)
