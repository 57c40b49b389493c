#include "app/command_help.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <vector>

#include "app/exit_code.hpp"
#include "app/language.hpp"
#include "app/nearest.hpp"
#include "app/text_table.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

constexpr size_t kHelpColumn = 30;

// CLI11 pads by bytes; this pads by what a terminal shows.
class HelpFormatter : public CLI::Formatter {
  public:
    HelpFormatter() {
        column_width(kHelpColumn);
        label("Usage", say("Usage", "用法"));
        label("OPTIONS", say("OPTIONS", "选项"));
        label("SUBCOMMAND", say("COMMAND", "命令"));
        label("Positionals", say("Arguments", "参数"));
        label("Options", say("Options", "选项"));
        label("Subcommands", say("Commands", "命令"));
        label("REQUIRED", say("REQUIRED", "必填"));
        label("Env", say("or", "或"));
        label("Excludes", say("not with", "不可同时用"));
        label("TEXT", say("TEXT", "文本"));
        label("INT", say("NUMBER", "数字"));
    }

    std::string make_group(std::string group, bool positional, std::vector<CLI::Option const*> options) const override {
        std::string out = "\n" + get_label(group) + ":\n";
        for (auto const* option : options) out += make_option(option, positional);
        return out;
    }
    std::string make_option(CLI::Option const* option, bool positional) const override {
        return entry(make_option_name(option, positional) + make_option_opts(option), make_option_desc(option));
    }
    std::string make_subcommands(CLI::App const* app, CLI::AppFormatMode) const override {
        std::string out;
        for (auto const* command : app->get_subcommands({})) out += make_subcommand(command);
        return out.empty() ? out : "\n" + get_label("Subcommands") + ":\n" + out;
    }
    std::string make_subcommand(CLI::App const* command) const override {
        return entry(command->get_name(), command->get_description());
    }

  private:
    static std::string entry(std::string const& left, std::string const& right) {
        std::string out = padded("  " + left, kHelpColumn);
        if (display_width(out) > kHelpColumn) out += "\n" + std::string(kHelpColumn, ' ');
        return out + right + "\n";
    }
};

// The command the words had reached when one of them was wrong.
CLI::App const& reached(CLI::App const& program) {
    CLI::App const* at = &program;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
    return *at;
}

std::string path_of(CLI::App const& command) {
    return (command.get_parent() ? path_of(*command.get_parent()) + " " : "") + command.get_name();
}

std::vector<std::string> commands_of(CLI::App const& command) {
    std::vector<std::string> out;
    for (auto const* each : command.get_subcommands([](CLI::App const*) { return true; }))
        out.push_back(each->get_name());
    return out;
}

std::vector<std::string> options_of(CLI::App const& command) {
    std::vector<std::string> out{"--lang"};
    for (auto const* option : command.get_options())
        for (auto const& name : option->get_lnames()) out.push_back("--" + name);
    return out;
}

std::string guess(std::string const& written, std::vector<std::string> const& known) {
    std::string const near = nearest_word(written, known);
    return near.empty() ? "" : say("; did you mean \"" + near + "\"?", "；是否想写 \"" + near + "\"？");
}

std::string listed(std::vector<std::string> const& words) {
    std::string out;
    for (auto const& word : words) out += (out.empty() ? "" : say(", ", "、")) + word;
    return out;
}

// The first word that no option or argument took.
std::string stray_word(CLI::App const& command) {
    auto const words = command.remaining();
    for (auto const& word : words)
        if (word.starts_with("-")) return word;
    return words.empty() ? "" : words.front();
}

std::string about_stray(CLI::App const& command, std::string const& word) {
    std::string const shown = "\"" + excerpt(word) + "\"";
    if (word.starts_with("-"))
        return say("there is no option ", "没有选项 ") + shown +
               guess(word.substr(0, word.find('=')), options_of(command));
    auto const commands = commands_of(command);
    if (commands.empty()) return say("the word " + shown + " is one too many", "多余的词 " + shown);
    std::string const near = guess(word, commands);
    std::string const all = say("; there are ", "；可用命令：") + listed(commands);
    return say("there is no command ", "没有命令 ") + shown + (near.empty() ? all : near);
}

// The option or argument that CLI11's message begins with, or ends with after "Could not convert: ".
CLI::Option const* option_named(CLI::App const& command, std::string message) {
    constexpr std::string_view kConvert = "Could not convert: ";
    if (message.starts_with(kConvert)) message.erase(0, kConvert.size());
    std::string const name = message.substr(0, message.find_first_of(" :"));
    for (auto const* option : command.get_options())
        if (option->get_name() == name || option->check_name(name)) return option;
    return nullptr;
}

std::string about_option(CLI::Option const& option, CLI::ParseError const& wrong) {
    std::string const name = option.get_name(), what = option.get_description();
    std::string const meaning = what.empty() ? "" : say(": ", "：") + what;
    if (dynamic_cast<CLI::RequiredError const*>(&wrong))
        return say(name + " is required", "缺少必填的 " + name) + meaning;
    if (dynamic_cast<CLI::ArgumentMismatch const*>(&wrong))
        return option.get_type_size() == 0 ? say(name + " takes no value", name + " 不带值")
                                           : say(name + " needs one value", name + " 需要一个值") + meaning;
    std::string const message = wrong.what();
    if (dynamic_cast<CLI::ValidationError const*>(&wrong)) return message;
    size_t const equals = message.find(" = ");
    std::string const value = equals == std::string::npos ? "" : message.substr(equals + 3);
    return say(name + ": \"" + excerpt(value) + "\" is not a whole number",
               name + "：\"" + excerpt(value) + "\" 不是整数") +
           meaning;
}

std::string about(CLI::App const& command, CLI::ParseError const& wrong) {
    std::string const stray = stray_word(command);
    auto const commands = commands_of(command);
    if (!stray.empty()) return about_stray(command, stray);
    if (!commands.empty() && dynamic_cast<CLI::RequiredError const*>(&wrong))
        return say("which command? There are ", "请指定命令，可用：") + listed(commands);
    std::string const message = wrong.what();
    if (dynamic_cast<CLI::ExcludesError const*>(&wrong)) {
        size_t const gap = message.find(" excludes ");
        std::string const one = message.substr(0, gap), other = message.substr(gap + 10);
        return say(one + " and " + other + " cannot stand together; give one of them",
                   one + " 与 " + other + " 不能同时使用，请只用一个");
    }
    auto const* option = option_named(command, message);
    return option ? about_option(*option, wrong) : message;
}

}  // namespace

void prepare_help(CLI::App& program) {
    program.formatter(std::make_shared<HelpFormatter>());
    program.set_help_flag("-h,--help", say("print this help", "显示此帮助"));
}

CLI::App* add_command(CLI::App& parent, std::string const& name, std::string const& what, std::string const& example) {
    auto* command = parent.add_subcommand(name, what);
    command->footer(
        say("Example:", "示例：") + "\n  " + example + "\n\n" +
        say("--lang zh or --lang en chooses the language of messages.", "--lang zh 或 --lang en 选择提示语言。"));
    return command;
}

CLI::App* add_group(CLI::App& parent, std::string const& name, std::string const& what) {
    auto* group = parent.add_subcommand(name, what);
    group->require_subcommand(1);
    return group;
}

CLI::Validator in_range(int least, int most) {
    auto check = [least, most](std::string& text) -> std::string {
        int value = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return {};
        std::string const range = std::to_string(least) + say(" to ", " 到 ") + std::to_string(most);
        return say("\"" + excerpt(text) + "\" is not a whole number from " + range,
                   "\"" + excerpt(text) + "\" 不是 " + range + " 的整数");
    };
    return CLI::Validator(check, "");
}

int answer_usage(CLI::App const& program, CLI::ParseError const& wrong) {
    if (wrong.get_exit_code() == 0) return program.exit(wrong), kExitDone;
    CLI::App const& command = reached(program);
    std::string const path = path_of(command);
    std::cerr << path << ": " << about(command, wrong) << "\n" << say("  see: ", "  请看：") << path << " --help\n";
    return kExitUsage;
}

}  // namespace ingot::app
