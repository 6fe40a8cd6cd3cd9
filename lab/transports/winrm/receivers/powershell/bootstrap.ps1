# Reads the copier from standard input (its length in four bytes, then its text) and runs it. All cmd.exe and a command line have room for.
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$reader = [IO.BinaryReader]::new([Console]::OpenStandardInput())
$text = [Text.Encoding]::UTF8.GetString($reader.ReadBytes($reader.ReadInt32()))
& ([ScriptBlock]::Create($text)) $reader ([Console]::OpenStandardOutput())
