import type { Origin } from './origins.ts';

const all = (since: string, names: string): readonly Origin[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => ({ name, since, inPowershell7: true }));

/**
 * Types of .NET that the compiled C# refers to, without `System.`; a test compares them with what a compiler made of it. That each of their members that
 * is used is there as well, another test has a compiler say: it compiles the C# against .NET Standard 2.0, which .NET Framework 4.7.2 has all of.
 */
export const csharpTypes: readonly Origin[] = [
  ...all(
    '.NET Framework 1.0',
    `Array AsyncCallback BitConverter Boolean Buffer Byte Char Collections.DictionaryEntry Collections.Hashtable Collections.IDictionary
    Collections.IDictionaryEnumerator Collections.IEnumerable Collections.IEnumerator Collections.Specialized.StringDictionary ComponentModel.Component
    ComponentModel.Win32Exception Console Convert Delegate Diagnostics.Process Diagnostics.ProcessStartInfo Double Environment Exception
    Globalization.CultureInfo Globalization.NumberStyles Guid IAsyncResult IDisposable IFormatProvider IntPtr InvalidOperationException Int16 Int32 Int64
    IO.Directory IO.DirectoryInfo IO.DirectoryNotFoundException IO.File IO.FileAccess IO.FileAttributes IO.FileInfo IO.FileMode IO.FileNotFoundException
    IO.FileShare IO.FileStream IO.FileSystemInfo IO.IOException IO.MemoryStream IO.Path IO.SeekOrigin IO.Stream IO.StreamReader IO.StreamWriter
    IO.TextReader Math MulticastDelegate NotSupportedException Object ObjectDisposedException Reflection.PropertyInfo
    Runtime.CompilerServices.RuntimeHelpers Runtime.InteropServices.CallingConvention Runtime.InteropServices.GCHandle
    Runtime.InteropServices.GCHandleType RuntimeFieldHandle RuntimeTypeHandle Security.Cryptography.CryptographicException
    Security.Cryptography.HashAlgorithm Security.Cryptography.SHA256 Security.Cryptography.X509Certificates.X509Certificate Single String Text.Encoding
    Text.RegularExpressions.Capture Text.RegularExpressions.Group Text.RegularExpressions.GroupCollection Text.RegularExpressions.Match
    Text.RegularExpressions.Regex Text.RegularExpressions.RegexOptions Text.StringBuilder Text.UTF8Encoding Threading.Thread Threading.ThreadStart TimeSpan
    Type UInt16 UInt32 UInt64 UnauthorizedAccessException ValueType`,
  ),
  ...all('.NET Framework 1.0; `Enter` with a flag 4.0', 'Threading.Monitor'),
  ...all('.NET Framework 1.0; `StructureToPtr<T>` 4.5.1', 'Runtime.InteropServices.Marshal'),
  ...all(
    '.NET Framework 2.0',
    `Collections.Generic.Dictionary Collections.Generic.IComparer Collections.Generic.IEnumerable Collections.Generic.IEnumerator
    Collections.Generic.IEqualityComparer Collections.Generic.KeyValuePair Collections.Generic.List Collections.Generic.SortedDictionary
    Collections.Generic.Stack Diagnostics.Stopwatch IO.Compression.CompressionMode IO.Compression.DeflateStream IO.InvalidDataException
    Microsoft.Win32.SafeHandles.SafeFileHandle Runtime.CompilerServices.CompilerGeneratedAttribute
    Runtime.CompilerServices.RuntimeCompatibilityAttribute Runtime.InteropServices.SafeHandle Runtime.InteropServices.UnmanagedFunctionPointerAttribute
    StringComparer StringComparison StringSplitOptions Text.NormalizationForm`,
  ),
].toSorted((a, b) => (a.name < b.name ? -1 : 1));
