namespace AniVaultLab {
  using System;
  using System.Collections;
  using System.Collections.Generic;
  using System.Diagnostics;
  using System.IO;
  using System.IO.Compression;

  /// unpack: all entries are looked at before the first byte is written, existing files are refused, sizes and checksums must hold, and after a failure
  /// nothing that was made is left.
  public static class Archive {
    const int PieceBytes = 1 << 16;
    const int LocalHeaderBytes = 30;

    static readonly uint[] Table = MakeTable();

    public static Hashtable Unpack(Question question) {
      Stopwatch watch = Stopwatch.StartNew();
      string source = GuestPath.ToNative(question.Text("archive"));
      string target = GuestPath.ToNativeBelowDrive(question.Text("to"));
      if (!File.Exists(source)) throw new Refusal("not-found", "not a file: " + question.Text("archive"));
      var files = new List<string>();
      var folders = new List<string>();
      int count = 0;
      long bytes = 0;
      using (var archive = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, PieceBytes)) {
        List<ZipItem> items = ZipEntries.Read(archive);
        try {
          MakeTarget(target, folders);
          foreach (ZipItem item in items) {
            string native = target;
            for (int index = 0; index < item.Parts.Length; index++) {
              native = GuestPath.Join(native, item.Parts[index]);
              if (index < item.Parts.Length - 1 || item.IsFolder) MakeFolder(native, folders);
            }
            if (item.IsFolder) continue;
            Extract(archive, item, native, files);
            count++;
            bytes += item.Bytes;
          }
        } catch {
          foreach (string file in files) File.Delete(file);
          folders.Reverse();
          // What somebody else has put something into is not ours to remove.
          foreach (string folder in folders) try { Directory.Delete(folder, false); } catch (IOException) { }
          throw;
        }
      }
      return new Hashtable { { "files", count }, { "bytes", bytes }, { "durationMs", watch.Elapsed.TotalMilliseconds }, { "tool", "powershell" } };
    }

    /// The target may lie in folders that are not there yet.
    static void MakeTarget(string target, List<string> made) {
      var missing = new Stack<string>();
      missing.Push(target);
      for (string folder = GuestPath.Parent(target); !Directory.Exists(folder) && folder != GuestPath.Parent(folder); folder = GuestPath.Parent(folder)) missing.Push(folder);
      foreach (string folder in missing) MakeFolder(folder, made);
    }

    /// Makes a folder, or makes sure that what stands there is a real one: writing through a link would leave the target.
    static void MakeFolder(string native, List<string> made) {
      if (Directory.Exists(native)) {
        if ((File.GetAttributes(native) & FileAttributes.ReparsePoint) != 0) throw new Refusal("exists", "not a directory: " + native);
        return;
      }
      if (File.Exists(native)) throw new Refusal("exists", "not a directory: " + native);
      Directory.CreateDirectory(native);
      made.Add(native);
    }

    static void Extract(FileStream archive, ZipItem item, string native, List<string> files) {
      string name = string.Join("/", item.Parts);
      byte[] header = ZipEntries.Bytes(archive, item.HeaderAt, LocalHeaderBytes);
      if (BitConverter.ToUInt32(header, 0) != 0x04034b50) throw new Refusal("archive-damaged", name + " is not where the list says");
      long from = item.HeaderAt + LocalHeaderBytes + BitConverter.ToUInt16(header, 26) + BitConverter.ToUInt16(header, 28);
      using (FileStream file = FileTree.CreateNew(native)) {
        files.Add(native);
        archive.Seek(from, SeekOrigin.Begin);
        var packed = new BoundedStream(archive, item.PackedBytes);
        using (Stream source = item.IsDeflated ? new DeflateStream(packed, CompressionMode.Decompress, true) : (Stream)packed) {
          var piece = new byte[PieceBytes];
          long written = 0;
          uint checksum = 0xffffffff;
          for (;;) {
            int count;
            try { count = source.Read(piece, 0, piece.Length); }
            catch (InvalidDataException problem) { throw new Refusal("archive-damaged", name + ": " + problem.Message); }
            catch (IOException problem) { throw new Refusal("archive-damaged", name + ": " + problem.Message); }
            if (count == 0) break;
            written += count;
            if (written > item.Bytes) throw new Refusal("archive-damaged", name + " is larger than it says");
            for (int index = 0; index < count; index++) checksum = Table[(checksum ^ piece[index]) & 0xff] ^ (checksum >> 8);
            file.Write(piece, 0, count);
          }
          if (written != item.Bytes || (checksum ^ 0xffffffff) != item.Checksum) throw new Refusal("archive-damaged", name + " does not match its size and checksum");
        }
      }
    }

    /// CRC-32 as zip has it (polynomial EDB88320).
    static uint[] MakeTable() {
      var table = new uint[256];
      for (uint index = 0; index < 256; index++) {
        uint value = index;
        for (int bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? 0xedb88320 ^ (value >> 1) : value >> 1;
        table[index] = value;
      }
      return table;
    }
  }

  /// So many bytes of a stream, from where it stands.
  sealed class BoundedStream : Stream {
    readonly Stream inner;
    long left;

    public BoundedStream(Stream inner, long bytes) { this.inner = inner; left = bytes; }

    public override int Read(byte[] buffer, int offset, int count) {
      int read = inner.Read(buffer, offset, (int)Math.Min(count, left));
      left -= read;
      return read;
    }

    public override bool CanRead { get { return true; } }
    public override bool CanSeek { get { return false; } }
    public override bool CanWrite { get { return false; } }
    public override long Length { get { throw new NotSupportedException(); } }
    public override long Position { get { throw new NotSupportedException(); } set { throw new NotSupportedException(); } }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) { throw new NotSupportedException(); }
    public override void SetLength(long value) { throw new NotSupportedException(); }
    public override void Write(byte[] buffer, int offset, int count) { throw new NotSupportedException(); }
  }
}
