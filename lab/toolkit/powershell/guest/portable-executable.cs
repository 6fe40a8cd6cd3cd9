namespace AniVaultLab {
  using System;
  using System.Collections;
  using System.IO;
  using System.Security.Cryptography;
  using System.Security.Cryptography.X509Certificates;

  /// readSignature: the headers (Microsoft PE format, "Optional Header Data Directories"), and what Windows says of the signature.
  public static class PortableExecutable {
    const int PeOffsetAt = 0x3c;
    const int CoffBytes = 24;
    const int CertificateTable = 4;
    const int MostNameCharacters = 1000;

    public static Hashtable ReadSignature(Question question) {
      string native = GuestPath.ToNative(question.Text("file"));
      if (!File.Exists(native)) throw new Refusal("not-found", "not a file: " + question.Text("file"));
      Hashtable facts;
      using (var file = new FileStream(native, FileMode.Open, FileAccess.Read, FileShare.Read)) facts = HeadersOf(file);
      if (!GuestPath.OnWindows || (long)facts["certificateTableBytes"] == 0) return facts;
      uint result = TrustVerification.Of(native);
      facts["trustResult"] = "0x" + result.ToString("X8");
      // TRUST_E_BAD_DIGEST. The digest is compared before the certificates are looked at, so that what is said of those speaks for the digest.
      if (result == 0x80096010) facts["digestMatches"] = false;
      else if (result == 0 || (result & 0xffff0000) == 0x800b0000 && result != 0x800b0100) facts["digestMatches"] = true;
      AddSigner(facts, GuestPath.WithoutPrefix(native));
      return facts;
    }

    static void AddSigner(Hashtable facts, string native) {
      try {
        X509Certificate signer = X509Certificate.CreateFromSignedFile(native);
        facts["signer"] = signer.Subject.Length > MostNameCharacters ? signer.Subject.Substring(0, MostNameCharacters) : signer.Subject;
        facts["signerThumbprint"] = signer.GetCertHashString();
      } catch (CryptographicException) {
        // A table that holds no signature: what WinVerifyTrust said of it stands already.
      }
    }

    static Hashtable Facts(bool portable, long certificateBytes) {
      return new Hashtable { { "isPortableExecutable", portable }, { "certificateTableBytes", certificateBytes } };
    }

    static Hashtable HeadersOf(Stream file) {
      byte[] dos = At(file, 0, 64);
      if (dos == null || dos[0] != 'M' || dos[1] != 'Z') return Facts(false, 0);
      long peOffset = BitConverter.ToUInt32(dos, PeOffsetAt);
      byte[] coff = At(file, peOffset, CoffBytes);
      if (coff == null || BitConverter.ToUInt32(coff, 0) != 0x00004550) return Facts(false, 0);
      byte[] optional = At(file, peOffset + CoffBytes, BitConverter.ToUInt16(coff, 20));
      if (optional == null || optional.Length < 2) return Facts(false, 0);
      ushort magic = BitConverter.ToUInt16(optional, 0);
      if (magic != 0x10b && magic != 0x20b) return Facts(false, 0);
      int countAt = magic == 0x20b ? 108 : 92;
      int directoryAt = countAt + 4 + 8 * CertificateTable;
      if (optional.Length < directoryAt + 8 || BitConverter.ToUInt32(optional, countAt) <= CertificateTable) return Facts(true, 0);
      // Unlike the other directories, this one holds a file offset, not an address.
      long offset = BitConverter.ToUInt32(optional, directoryAt);
      long length = BitConverter.ToUInt32(optional, directoryAt + 4);
      return offset == 0 || length == 0 || offset + length > file.Length ? Facts(true, 0) : Facts(true, length);
    }

    /// Null for what is not there.
    static byte[] At(Stream file, long offset, int length) {
      return offset + length > file.Length ? null : ZipEntries.Bytes(file, offset, length);
    }
  }
}
