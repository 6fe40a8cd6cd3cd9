/** The shells that there are completions for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/** How to install the completions, as lines to type, and where. */
export const installation: Readonly<Record<Shell, readonly [line: string, what: string]>> = {
  bash: ['anivault completion bash > ~/.local/share/bash-completion/completions/anivault', 'for good, with bash-completion'],
  zsh: ['anivault completion zsh > "${fpath[1]}/_anivault"', 'for good, where compinit is used'],
  fish: ['anivault completion fish > ~/.config/fish/completions/anivault.fish', 'for good'],
  powershell: ['anivault completion powershell | Out-String | Invoke-Expression', 'for this window; put the line into $PROFILE for good'],
};
