#include "app/server_commands.hpp"

#include <iostream>
#include <memory>

#include "api/json_guard.hpp"
#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "app/init.hpp"
#include "app/serve.hpp"
#include "app/verify_command.hpp"

namespace ingot::app {
namespace {

int run_init(InitOptions const& options, bool json) {
    SystemClock clock;
    SystemRandom random;
    auto made = init_node(options, clock, random);
    if (!made) return report_error(made.error());
    if (json) {
        std::cout << "{\"config\":" << api::json_quote(made->config_file)
                  << ",\"ca\":" << api::json_quote(made->ca_file)
                  << ",\"adminKey\":" << api::json_quote(made->admin_key_file) << "}\n";
        return kExitDone;
    }
    std::cout << "config     " << made->config_file << "\nauthority  " << made->ca_file << "\nadmin key  "
              << made->admin_key_file << "\nnext       ingot serve --config " << made->config_file << "\n";
    return kExitDone;
}

void register_init(CLI::App& program, Command& chosen) {
    auto* init = program.add_subcommand("init", "make a data folder: ingot init --data DIR --name node.example");
    auto options = std::make_shared<InitOptions>();
    auto json = std::make_shared<bool>(false);
    init->add_option("--data", options->data_dir, "new folder for configuration, certificates, secrets, store")
        ->required();
    init->add_option("--name", options->name, "public host name")->capture_default_str();
    init->add_option("--listen", options->listen, "ADDR:PORT; port 0 = a free one")->capture_default_str();
    init->add_flag("--json", *json, "print what was made as JSON");
    init->callback([=, &chosen] { chosen = [=] { return run_init(*options, *json); }; });
}

// key=value pairs of --set.
Result<std::vector<std::pair<std::string, std::string>>> read_settings(std::vector<std::string> const& texts) {
    std::vector<std::pair<std::string, std::string>> out;
    for (auto const& text : texts) {
        size_t const equals = text.find('=');
        if (equals == std::string::npos)
            return fail(Code::Usage, "--set " + text + ": write KEY=VALUE", "--set " + text + "：应为 键=值");
        out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

struct ConfigCall {
    std::string file;
    std::vector<std::string> settings;
    bool print = false;
};

int run_serve(ConfigCall const& call) {
    auto settings = read_settings(call.settings);
    if (!settings) return report_error(settings.error());
    return serve({call.file, {ingot_environment(), std::move(*settings)}});
}

int run_check_config(ConfigCall const& call) {
    auto settings = read_settings(call.settings);
    if (!settings) return report_error(settings.error());
    auto config = load_config(call.file, {ingot_environment(), std::move(*settings)});
    if (!config) return report_error(config.error());
    for (char const* name : {"pepper", "cursor", "audit", "node"})
        if (auto secret = read_secret(config->secrets_dir, name); !secret) return report_error(secret.error());
    if (call.print) std::cout << print_config(*config);
    return kExitDone;
}

void register_serve(CLI::App& program, Command& chosen) {
    auto* serve_command = program.add_subcommand("serve", "run the node: ingot serve --config DIR/ingot.toml");
    auto* check =
        program.add_subcommand("check-config", "read the configuration as serve would, and say what is wrong");
    auto call = std::make_shared<ConfigCall>();
    for (auto* command : {serve_command, check}) {
        command->add_option("--config", call->file, "configuration file")->required();
        command->add_option("--set", call->settings, "KEY=VALUE, wins over the file; may be repeated");
    }
    check->add_flag("--print", call->print, "print every key with its value and where it comes from");
    serve_command->callback([=, &chosen] { chosen = [=] { return run_serve(*call); }; });
    check->callback([=, &chosen] { chosen = [=] { return run_check_config(*call); }; });
}

void register_verify(CLI::App& program, Command& chosen) {
    struct Call {
        std::string data;
        bool deep = false, json = false;
    };
    auto* verify = program.add_subcommand("verify", "check a stopped node's store: ingot verify --data DIR");
    auto call = std::make_shared<Call>();
    verify->add_option("--data", call->data, "data folder")->required();
    verify->add_flag("--deep", call->deep, "also recompute what can be derived");
    verify->add_flag("--json", call->json, "one JSON object a line");
    verify->callback([=, &chosen] { chosen = [=] { return verify_data(call->data, call->deep, call->json); }; });
}

}  // namespace

void register_server_commands(CLI::App& program, Command& chosen) {
    register_init(program, chosen);
    register_serve(program, chosen);
    register_verify(program, chosen);
    auto* version = program.add_subcommand("version", "what this program is");
    version->callback([&chosen] {
        chosen = [] {
            std::cout << "ingot 0.1.0\n";
            return kExitDone;
        };
    });
}

}  // namespace ingot::app
