import addCompletion from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/**
 * `completion`: a script that has a shell complete commands, options and their values. Called after all others, whose names
 * it gives. The shell asks through the hidden command `complete`.
 */
export function addCompletionCommand(program: Command): void {
  const completion = addCompletion(program, { completionCommandName: 'completion' });
  // It takes the descriptions, which are paragraphs; a list of completions has room for a line.
  for (const [path, entry] of completion.commands) {
    const summary = commandAt(program, path)?.summary();
    if (summary !== undefined && summary !== '') entry.description = summary;
  }
  program.commands
    .find((command) => command.name() === 'completion')
    ?.summary('a script that completes commands and options in your shell')
    .description('Prints a script that has your shell complete commands, options and their values.')
    .addHelpText(
      'after',
      `
In bash the package bash-completion has to be there, which most systems have.

Examples:
  source <(temporal-sinch completion bash)
  temporal-sinch completion zsh > ~/.temporal-sinch.zsh && echo 'source ~/.temporal-sinch.zsh' >> ~/.zshrc
  temporal-sinch completion fish > ~/.config/fish/completions/temporal-sinch.fish`,
    );
}

/** A command by its names from the program on, such as `integrations add`. */
function commandAt(program: Command, path: string): Command | undefined {
  return path
    .split(' ')
    .reduce<Command | undefined>((above, name) => above?.commands.find((below) => below.name() === name), program);
}
