namespace AniVaultLab {
  using System;
  using System.Collections.Generic;
  using System.Diagnostics;
  using System.IO;
  using System.Text;

  /// A started program. Its streams are raw bytes.
  public abstract class RunningProgram : IDisposable {
    public Stream Input;
    public Stream Output;
    public Stream Errors;

    /// Whether it ended within so many milliseconds.
    public abstract bool WaitForExit(int milliseconds);
    public abstract uint ExitCode { get; }
    /// Ends it and everything it started.
    public abstract void KillTree();
    /// Highest working set so far; 0 where nothing can be told (any more).
    public abstract long PeakBytes { get; }
    public abstract void Dispose();

    public static RunningProgram Start(Question program) {
      string executable = GuestPath.ToNative(program.Text("executable"));
      string folder = GuestPath.ToNative(program.Text("cwd"));
      var args = new List<string>();
      foreach (object arg in program.Items("args")) {
        var text = arg as string;
        if (text == null) throw new Refusal("bad-request", "args must be a list of texts");
        args.Add(text);
      }
      SortedDictionary<string, string> environment = ProgramEnvironment.For(program);
      if (!Directory.Exists(folder)) throw new Refusal("start-failed", "there is no folder " + program.Text("cwd"));
      if (GuestPath.OnWindows) return new WindowsProgram(GuestPath.WithoutPrefix(executable), args, GuestPath.WithoutPrefix(folder), environment);
      return new OtherProgram(executable, args, folder, environment);
    }
  }

  /// Off Windows, where this is its own test double: a process group stands for the job.
  sealed class OtherProgram : RunningProgram {
    readonly Process process = new Process();

    public OtherProgram(string executable, List<string> args, string folder, SortedDictionary<string, string> environment) {
      if (!File.Exists(executable) || Shell("test", "-x " + Quoted(executable)) != 0) throw new Refusal("start-failed", executable + " cannot be started");
      var line = new StringBuilder(Quoted(executable));
      foreach (string arg in args) line.Append(' ').Append(Quoted(arg));
      var start = new ProcessStartInfo("/usr/bin/setsid", line.ToString()) {
        UseShellExecute = false, WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true
      };
      start.EnvironmentVariables.Clear();
      foreach (KeyValuePair<string, string> variable in environment) start.EnvironmentVariables[variable.Key] = variable.Value;
      process.StartInfo = start;
      process.Start();
      Input = process.StandardInput.BaseStream;
      Output = process.StandardOutput.BaseStream;
      Errors = process.StandardError.BaseStream;
    }

    /// Mono takes lines apart as a shell does, .NET as Windows does; both read this.
    static string Quoted(string arg) {
      if (Type.GetType("Mono.Runtime") == null) return CommandLine.Of("x", new[] { arg }).Substring(4);
      return "\"" + arg.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("$", "\\$").Replace("`", "\\`") + "\"";
    }

    static int Shell(string program, string args) {
      using (Process shell = Process.Start(new ProcessStartInfo("/usr/bin/" + program, args) { UseShellExecute = false, RedirectStandardError = true })) {
        shell.WaitForExit();
        return shell.ExitCode;
      }
    }

    public override bool WaitForExit(int milliseconds) { return process.WaitForExit(milliseconds); }
    public override uint ExitCode { get { return unchecked((uint)process.ExitCode); } }
    public override void KillTree() { Shell("kill", "-KILL -- -" + process.Id); }

    public override long PeakBytes {
      get {
        try {
          process.Refresh();
          return process.PeakWorkingSet64;
        } catch (InvalidOperationException) {
          return 0;
        }
      }
    }

    public override void Dispose() { process.Dispose(); }
  }
}
