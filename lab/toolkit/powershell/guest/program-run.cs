namespace AniVaultLab {
  using System;
  using System.Collections;
  using System.Collections.Generic;
  using System.Diagnostics;
  using System.IO;
  using System.Text;
  using System.Threading;

  /// run and measure.
  public static class ProgramRun {
    const int MostOutputBytes = 1 << 20;
    const int MostRuns = 1000;
    const double LongestMs = 24 * 3600 * 1000;
    /// How long output is still awaited after the exit: what the program has started can hold the pipes open for ever.
    const int DrainMs = 1000;
    const int KillMs = 10000;
    /// How often the memory is looked at while a program runs.
    const int SampleMs = 20;

    static readonly UTF8Encoding Utf8 = new UTF8Encoding(false, false);

    sealed class Ended {
      public uint ExitCode;
      public bool TimedOut;
      public double DurationMs;
      public long PeakBytes;
    }

    /// Takes what arrives; never two threads at a time for one stream.
    delegate void Taker(byte[] bytes, int count);

    /// Runs one program and keeps what it printed, up to a bound; the rest is read and dropped.
    public static Hashtable Run(Question program) {
      int most = (int)Math.Min(MostOutputBytes, program.Has("maxOutputBytes") ? program.Whole("maxOutputBytes", 0, long.MaxValue) : MostOutputBytes);
      var output = new BoundedOutput(most);
      var errors = new BoundedOutput(most);
      Ended ended = ToEnd(program, output.Take, errors.Take);
      bool truncated;
      string printed = output.Text(out truncated);
      bool alsoTruncated;
      string complained = errors.Text(out alsoTruncated);
      return new Hashtable {
        { "exitCode", ended.ExitCode }, { "ended", ended.TimedOut ? "timed-out" : "exited" }, { "durationMs", ended.DurationMs },
        { "stdout", printed }, { "stderr", complained }, { "truncated", truncated || alsoTruncated }
      };
    }

    /// Runs the programs in turn, round after round. A run that timed out has not printed what was expected, whatever it printed.
    public static List<Hashtable> Measure(Question question) {
      List<object> programs = question.Items("programs");
      long rounds = question.Whole("rounds", 0, MostRuns);
      if (programs.Count * rounds > MostRuns) throw new Refusal("bad-request", programs.Count + " programs in " + rounds + " rounds are more than " + MostRuns + " runs");
      foreach (object item in programs)
        if (new Question(item).Text("expectInStdout") == "") throw new Refusal("bad-request", "every measured program needs a text to expect: an exit code is no evidence");
      var runs = new List<Hashtable>();
      for (long round = 0; round < rounds; round++) {
        foreach (object item in programs) {
          var measured = new Question(item);
          var watch = new OutputWatch(measured.Text("expectInStdout"));
          Ended ended = ToEnd(measured.Inner("program"), watch.Take, delegate { });
          var run = new Hashtable {
            { "series", measured.Text("series") }, { "round", round }, { "exitCode", ended.ExitCode }, { "expectedOutput", !ended.TimedOut && watch.Found },
            { "durationMs", ended.DurationMs }, { "lastLine", watch.LastLine() }
          };
          if (ended.PeakBytes > 0) run["peakMemoryBytes"] = ended.PeakBytes;
          runs.Add(run);
        }
      }
      return runs;
    }

    static Ended ToEnd(Question program, Taker onOutput, Taker onErrors) {
      double timeoutMs = program.Number("timeoutMs");
      if (!(timeoutMs > 0 && timeoutMs <= LongestMs)) throw new Refusal("bad-request", "timeoutMs must be between 0 and a day");
      byte[] input = program.Has("stdin") ? Utf8.GetBytes(program.Text("stdin")) : new byte[0];
      Stopwatch watch = Stopwatch.StartNew();
      using (RunningProgram running = RunningProgram.Start(program)) {
        Thread output = Pump(running.Output, onOutput);
        Thread errors = Pump(running.Errors, onErrors);
        Background(delegate { Feed(running.Input, input); });
        var ended = new Ended();
        double killedAt = 0;
        for (;;) {
          ended.PeakBytes = Math.Max(ended.PeakBytes, running.PeakBytes);
          double limit = ended.TimedOut ? killedAt + KillMs : timeoutMs;
          if (running.WaitForExit((int)Math.Max(1, Math.Min(SampleMs, limit - watch.Elapsed.TotalMilliseconds)))) break;
          double now = watch.Elapsed.TotalMilliseconds;
          if (now < limit) continue;
          if (ended.TimedOut) throw new Refusal("unkillable", program.Text("executable") + " could not be ended");
          ended.TimedOut = true;
          killedAt = now;
          running.KillTree();
        }
        ended.DurationMs = watch.Elapsed.TotalMilliseconds;
        ended.PeakBytes = Math.Max(ended.PeakBytes, running.PeakBytes);
        ended.ExitCode = running.ExitCode;
        Stopwatch drain = Stopwatch.StartNew();
        output.Join(DrainMs);
        errors.Join((int)Math.Max(0, DrainMs - drain.ElapsedMilliseconds));
        return ended;
      }
    }

    static Thread Background(ThreadStart work) {
      var thread = new Thread(work) { IsBackground = true };
      thread.Start();
      return thread;
    }

    static Thread Pump(Stream stream, Taker onBytes) {
      return Background(delegate {
        var piece = new byte[1 << 16];
        try {
          for (int count = stream.Read(piece, 0, piece.Length); count > 0; count = stream.Read(piece, 0, piece.Length)) onBytes(piece, count);
          stream.Dispose();
        } catch (IOException) {
          // The far end is gone: what there was has been read.
        } catch (ObjectDisposedException) { }
      });
    }

    static void Feed(Stream stream, byte[] bytes) {
      try {
        stream.Write(bytes, 0, bytes.Length);
        stream.Dispose();
      } catch (IOException) {
        // A program need not read what it is given.
      } catch (ObjectDisposedException) { }
    }

    /// The first bytes of a stream. A reader that still waits when the answer is made may go on.
    sealed class BoundedOutput {
      readonly MemoryStream kept = new MemoryStream();
      readonly int most;
      bool truncated;

      public BoundedOutput(int most) { this.most = most; }

      public void Take(byte[] bytes, int count) {
        lock (kept) {
          int part = (int)Math.Min(count, most - kept.Length);
          kept.Write(bytes, 0, part);
          if (part < count) truncated = true;
        }
      }

      public string Text(out bool wasTruncated) {
        lock (kept) {
          wasTruncated = truncated;
          return Utf8.GetString(kept.ToArray());
        }
      }
    }

    /// Looks at a stream as it passes: whether it held a text, and what its last line was.
    sealed class OutputWatch {
      const int TailBytes = 8192;
      const int MostLineCharacters = 4096;
      readonly byte[] needle;
      byte[] tail = new byte[0];
      bool found;

      public OutputWatch(string expected) { needle = Utf8.GetBytes(expected); }

      public bool Found { get { lock (needle) return found; } }

      public void Take(byte[] bytes, int count) {
        lock (needle) {
          var joined = new byte[tail.Length + count];
          Buffer.BlockCopy(tail, 0, joined, 0, tail.Length);
          Buffer.BlockCopy(bytes, 0, joined, tail.Length, count);
          // Only what is new can complete it.
          if (!found) found = Holds(joined, Math.Max(0, tail.Length - needle.Length + 1));
          int kept = Math.Min(joined.Length, Math.Max(TailBytes, needle.Length));
          tail = new byte[kept];
          Buffer.BlockCopy(joined, joined.Length - kept, tail, 0, kept);
        }
      }

      bool Holds(byte[] bytes, int from) {
        for (int at = from; at + needle.Length <= bytes.Length; at++) {
          int same = 0;
          while (same < needle.Length && bytes[at + same] == needle[same]) same++;
          if (same == needle.Length) return true;
        }
        return false;
      }

      public string LastLine() {
        string text;
        lock (needle) text = Utf8.GetString(tail).TrimEnd();
        string line = text.Substring(text.LastIndexOf('\n') + 1);
        return line.Length > MostLineCharacters ? line.Substring(0, MostLineCharacters) : line;
      }
    }
  }
}
