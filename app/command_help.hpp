// How a command introduces itself, and how a wrong command line is answered: what is wrong, and what would be right.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace ingot::app {

// The help of `program` and of the commands added afterwards: headings in the language of the process, columns aligned
// also where they hold Chinese.
void prepare_help(CLI::App& program);

// A command below `parent` with what it does and one example a person can type.
CLI::App* add_command(CLI::App& parent, std::string const& name, std::string const& what, std::string const& example);
// A command that only holds others: one of them must follow.
CLI::App* add_group(CLI::App& parent, std::string const& name, std::string const& what);

// A whole number in this range, refused in the language of the process.
CLI::Validator in_range(int least, int most);

// Prints the help that was asked for (exit 0), or on stderr which word of the command line is wrong and what would be
// right (exit 2). `program` is the one whose parse() threw `wrong`.
int answer_usage(CLI::App const& program, CLI::ParseError const& wrong);

}  // namespace ingot::app
