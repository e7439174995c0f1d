#pragma once

#include <string>

namespace CLI {
class App;
}

namespace picket::app {

/// Prints a completion script for bash or zsh, made from the commands and options themselves.
int print_completion(CLI::App& app, const std::string& shell);

}  // namespace picket::app
