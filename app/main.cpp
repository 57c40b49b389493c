// ingot: a secondary node that gives codes to materials and answers where they came from.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/bench_commands.hpp"
#include "app/client_commands.hpp"
#include "app/command_help.hpp"
#include "app/exit_code.hpp"
#include "app/language.hpp"
#include "app/server_commands.hpp"

int main(int argc, char** argv) {
    using namespace ingot::app;
    std::vector<std::string> words(argv + 1, argv + argc);
    if (auto taken = take_language(words); !taken) return report_error(taken.error());
    CLI::App program{
        say("ingot: codes for materials, and where they came from", "ingot：给物料赋码，并回答其来源与去向"), "ingot"};
    prepare_help(program);
    program.require_subcommand(1);
    program.footer(
        say("COMMAND --help shows its options and an example. --lang zh or en chooses the language.\n"
            "Exit codes: 0 done · 1 the answer is no · 2 wrong usage or input · 3 in use · 4 refused to protect\n"
            "data · 5 node unreachable · 6 not permitted · 70 a bug",
            "“命令 --help”显示其选项和示例。--lang zh 或 en 选择语言。\n"
            "退出码：0 完成 · 1 结果为否 · 2 用法或输入错误 · 3 被占用 · 4 为保护数据而拒绝\n"
            "5 无法连接节点 · 6 无权限 · 70 程序缺陷"));
    Command chosen;
    register_server_commands(program, chosen);
    register_client_commands(program, chosen);
    register_bench_commands(program, chosen);
    try {
        std::reverse(words.begin(), words.end());  // CLI11 takes words from the end
        program.parse(std::move(words));
        return chosen ? chosen() : kExitUsage;
    } catch (CLI::ParseError const& wrong) {
        return answer_usage(program, wrong);
    } catch (std::exception const& bug) {
        std::cerr << "ingot: " << say("this is a bug of the program, please report it: ", "程序缺陷，请报告：")
                  << bug.what() << "\n";
        return kExitBug;
    }
}
