#include "completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace picket::app {
namespace {

/// One `case` branch a command: its subcommands and its options.
void add_branch(CLI::App& app, const std::string& path, std::string& branches) {
  std::string words;
  for (const CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; })) words += sub->get_name() + " ";
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  branches += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, words);
  for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; }))
    add_branch(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), branches);
}

}  // namespace

int print_completion(CLI::App& app, const std::string& shell) {
  std::string branches;
  add_branch(app, "", branches);
  if (shell == "zsh") fmt::print("autoload -U +X bashcompinit && bashcompinit\n");
  fmt::print(R"(_picket() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} path="" words="" word i
  case "$previous" in
    --data|--config|--*-file|--tls-*|--faults|--ledger) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case "$word" in -*) break ;; esac
    path="${{path:+$path }}$word"
  done
  case "$path" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _picket picket
)",
             branches);
  return 0;
}

}  // namespace picket::app
