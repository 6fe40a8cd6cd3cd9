# frozen_string_literal: true

# A provider for Vagrant whose machines are embedded guests: each is a process of `lab guest start --json`, which keeps a guest until it is ended.
# Loaded by a `.vagrantplugins` file beside the Vagrantfile of a test; nothing to install.
require "fileutils"
require "json"
require "securerandom"

module AniVaultLab
  # `command` starts a machine and prints how it is reached as one JSON object.
  class EmbeddedConfig < Vagrant.plugin("2", :config)
    attr_accessor :command, :cpus, :memory

    def initialize
      @command = @cpus = @memory = UNSET_VALUE
    end

    def finalize!
      @command = [] if @command == UNSET_VALUE
    end

    def validate(_machine)
      { "embedded provider" => @command.empty? ? ["command is missing"] : [] }
    end
  end

  class EmbeddedProvider < Vagrant.plugin("2", :provider)
    def self.usable?(_raise_error = false) = true

    def initialize(machine)
      @machine = machine
      told = reach
      return unless told

      machine.config.winrm.username = told.fetch("user")
      machine.config.winrm.password = told.fetch("password")
    end

    def action(name)
      AniVaultLab::EmbeddedActions.respond_to?("action_#{name}") ? AniVaultLab::EmbeddedActions.public_send("action_#{name}") : nil
    end

    def state
      id = if @machine.id.nil? then Vagrant::MachineState::NOT_CREATED_ID
           elsif alive? then :running
           else :poweroff
           end
      Vagrant::MachineState.new(id, id.to_s.tr("_", " "), "The embedded guest is #{id}.")
    end

    def ssh_info = nil
    def folder = @machine.data_dir.join("embedded")
    def snapshots = folder.join("snapshots")

    # What the keeper has printed; nil while the guest is not up.
    def reach
      JSON.parse(folder.join("reach.json").read.lines.first.to_s)
    rescue Errno::ENOENT, JSON::ParserError
      nil
    end

    def pid
      folder.join("pid").read.to_i
    rescue Errno::ENOENT
      nil
    end

    # A process that its parent has not looked after is a zombie, and not alive.
    def alive?
      !pid.nil? && File.read("/proc/#{pid}/stat").split(") ").last[0] != "Z"
    rescue Errno::ENOENT, Errno::ESRCH
      false
    end

    def start
      return if alive?

      FileUtils.mkdir_p(folder)
      out = folder.join("reach.json")
      FileUtils.rm_f(out)
      command = @machine.provider_config.command + ["--name", "vagrant-#{SecureRandom.hex(6)}"]
      # A group of its own, and none of Vagrant's streams: whoever called Vagrant would wait for them to close.
      pid = Process.spawn(*command, in: "/dev/null", out: [out.to_s, "w"], err: [folder.join("log").to_s, "a"], pgroup: true)
      folder.join("pid").write(pid.to_s)
      Process.detach(pid)
    end

    def stop
      return unless alive?

      Process.kill("TERM", pid)
      300.times { alive? ? sleep(0.05) : break }
      Process.kill("KILL", pid) if alive?
    rescue Errno::ESRCH
      nil
    ensure
      FileUtils.rm_f([folder.join("pid"), folder.join("reach.json")])
    end
  end

  module EmbeddedCapabilities
    def self.winrm_info(machine)
      told = machine.provider.alive? && machine.provider.reach
      return nil unless told

      machine.config.winrm.username = told.fetch("user")
      machine.config.winrm.password = told.fetch("password")
      address = URI(told.fetch("url"))
      { host: address.host, port: address.port }
    end

    def self.snapshot_list(machine)
      machine.provider.snapshots.children.map { |file| file.basename.to_s }.sort
    rescue Errno::ENOENT
      []
    end
  end

  module EmbeddedActions
    Builtin = Vagrant::Action::Builtin

    # A step of an action out of a block.
    def self.step(&block)
      Class.new do
        define_method(:initialize) { |app, _env| @app = app }
        define_method(:call) do |env|
          block.call(env, env[:machine].provider)
          @app.call(env)
        end
      end
    end

    Create = step do |env, provider|
      env[:machine].id ||= SecureRandom.hex(8)
      FileUtils.mkdir_p(provider.folder)
    end
    Start = step { |_env, provider| provider.start }
    Tell = step do |env, provider|
      told = provider.reach
      env[:machine].ui.machine("lab-guest", told.fetch("isolation"), told.fetch("platform"))
    end
    Stop = step { |_env, provider| provider.stop }
    Remove = step do |env, provider|
      FileUtils.rm_rf(provider.folder)
      env[:machine].id = nil
    end
    # An embedded guest starts in the same state every time, so a snapshot that is taken before anything was done is the start.
    SaveSnapshot = step do |env, provider|
      FileUtils.mkdir_p(provider.snapshots)
      provider.snapshots.join(env[:snapshot_name]).write("")
    end
    DeleteSnapshot = step { |env, provider| FileUtils.rm_f(provider.snapshots.join(env[:snapshot_name])) }

    def self.sequence(*steps) = Vagrant::Action::Builder.new.tap { |builder| steps.each { |one| builder.use(one) } }

    def self.action_up = sequence(Builtin::ConfigValidate, Builtin::Provision, Create, Start, Builtin::WaitForCommunicator, Tell)
    def self.action_start = sequence(Builtin::ConfigValidate, Start, Builtin::WaitForCommunicator)
    def self.action_halt = sequence(Stop)
    def self.action_snapshot_save = sequence(SaveSnapshot)
    def self.action_snapshot_delete = sequence(DeleteSnapshot)
    def self.action_snapshot_restore = sequence(Stop, Start, Builtin::WaitForCommunicator)

    def self.action_destroy
      Vagrant::Action::Builder.new.tap do |builder|
        builder.use(Builtin::Call, Builtin::DestroyConfirm) do |env, confirmed|
          next unless env[:result]

          confirmed.use(Stop)
          confirmed.use(Remove)
        end
      end
    end
  end

  class EmbeddedPlugin < Vagrant.plugin("2")
    name "AniVault Lab embedded guests"
    provider(:embedded, parallel: true, box_optional: true, defaultable: false) { EmbeddedProvider }
    config(:embedded, :provider) { EmbeddedConfig }
    provider_capability(:embedded, :winrm_info) { EmbeddedCapabilities }
    provider_capability(:embedded, :snapshot_list) { EmbeddedCapabilities }
  end
end
