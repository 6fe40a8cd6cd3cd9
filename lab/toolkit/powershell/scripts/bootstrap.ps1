# Reads the tool from standard input (its length in four bytes, least significant first, then its text) and runs it. All a command line has room for.
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$reader = [IO.BinaryReader]::new([Console]::OpenStandardInput())
$text = [Text.Encoding]::UTF8.GetString($reader.ReadBytes($reader.ReadInt32()))
$null = & ([ScriptBlock]::Create($text)) $reader
