// ingot: a secondary node that gives codes to materials and answers where they came from.
#include <CLI/CLI.hpp>
#include <iostream>

#include "app/bench_commands.hpp"
#include "app/client_commands.hpp"
#include "app/exit_code.hpp"
#include "app/server_commands.hpp"

int main(int argc, char** argv) {
    using namespace ingot::app;
    CLI::App program{"ingot: codes for materials, and where they came from", "ingot"};
    program.require_subcommand(1);
    Command chosen;
    register_server_commands(program, chosen);
    register_client_commands(program, chosen);
    register_bench_commands(program, chosen);
    try {
        program.parse(argc, argv);
        return chosen ? chosen() : kExitUsage;
    } catch (CLI::ParseError const& wrong) {
        return program.exit(wrong) == 0 ? kExitDone : kExitUsage;
    } catch (std::exception const& bug) {
        std::cerr << "ingot: unexpected: " << bug.what() << "\n";
        return kExitBug;
    }
}
