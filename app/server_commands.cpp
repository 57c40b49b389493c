#include "app/server_commands.hpp"

#include <iostream>
#include <memory>

#include "api/json_guard.hpp"
#include "app/admin_key.hpp"
#include "app/command_help.hpp"
#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "app/init.hpp"
#include "app/language.hpp"
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
    std::cout << say("config     ", "配置      ") << made->config_file << "\n"
              << say("authority  ", "CA 证书   ") << made->ca_file << "\n"
              << say("admin key  ", "管理密钥  ") << made->admin_key_file << "\n"
              << say("next       ", "下一步    ") << "ingot serve --config " << made->config_file << "\n";
    return kExitDone;
}

void register_init(CLI::App& program, Command& chosen) {
    auto* init = add_command(program, "init", say("make a data folder for a node", "创建节点的数据目录"),
                             "ingot init --data /var/lib/ingot --name node.example --listen 0.0.0.0:8443");
    auto options = std::make_shared<InitOptions>();
    auto json = std::make_shared<bool>(false);
    init->add_option(
            "--data", options->data_dir,
            say("new folder for configuration, certificates, secrets, store", "新目录：配置、证书、密钥、数据库"))
        ->required();
    init->add_option("--name", options->name, say("public host name", "对外主机名"))->capture_default_str();
    init->add_option("--listen", options->listen,
                     say("ADDR:PORT; port 0 = a free one", "地址:端口；端口 0 = 任一空闲端口"))
        ->capture_default_str();
    init->add_flag("--json", *json, say("print what was made as JSON", "以 JSON 输出所建内容"));
    init->callback([=, &chosen] { chosen = [=] { return run_init(*options, *json); }; });
}

int run_admin_key(AdminKeyOptions const& options, bool json) {
    SystemClock clock;
    SystemRandom random;
    auto made = make_admin_key(options, clock, random);
    if (!made) return report_error(made.error());
    if (json)
        std::cout << "{\"adminKey\":" << api::json_quote(*made) << "}\n";
    else
        std::cout << *made << "\n";
    return kExitDone;
}

void register_admin_key(CLI::App& program, Command& chosen) {
    auto* command = add_command(program, "admin-key",
                                say("a new administrator's key when all are lost; the node must be stopped",
                                    "管理密钥全部丢失时新建一个；须先停止节点"),
                                "ingot admin-key --data /var/lib/ingot");
    auto options = std::make_shared<AdminKeyOptions>();
    auto json = std::make_shared<bool>(false);
    command->add_option("--data", options->data_dir, say("data folder with ingot.toml", "含 ingot.toml 的数据目录"))
        ->required();
    command->add_option(
        "--out", options->file,
        say("new file for the key; default: secrets/admin-TIME.key", "存放密钥的新文件；默认：secrets/admin-时间.key"));
    command->add_flag("--json", *json, say("print the path as JSON", "以 JSON 输出路径"));
    command->callback([=, &chosen] { chosen = [=] { return run_admin_key(*options, *json); }; });
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
    auto* serve_command = add_command(program, "serve", say("run the node until SIGTERM", "运行节点，直至 SIGTERM"),
                                      "ingot serve --config DIR/ingot.toml");
    auto* check = add_command(program, "check-config",
                              say("read the configuration as serve would, and say what is wrong", "检查配置并指出错误"),
                              "ingot check-config --config DIR/ingot.toml --print");
    auto call = std::make_shared<ConfigCall>();
    for (auto* command : {serve_command, check}) {
        command->add_option("--config", call->file, say("configuration file", "配置文件"))->required();
        command->add_option("--set", call->settings,
                            say("KEY=VALUE, wins over the file; may be repeated", "键=值，优先于文件，可重复"));
    }
    check->add_flag("--print", call->print,
                    say("print every key with its value and where it comes from", "输出每个键的值及其出处"));
    serve_command->callback([=, &chosen] { chosen = [=] { return run_serve(*call); }; });
    check->callback([=, &chosen] { chosen = [=] { return run_check_config(*call); }; });
}

void register_verify(CLI::App& program, Command& chosen) {
    struct Call {
        std::string data, config;
        bool deep = false, json = false;
    };
    auto* verify = add_command(program, "verify", say("check the store of a stopped node", "检查已停止节点的数据库"),
                               "ingot verify --data DIR");
    auto call = std::make_shared<Call>();
    verify->add_option("--data", call->data, say("data folder", "数据目录"))->required();
    verify->add_option("--config", call->config, say("settings file (DIR/ingot.toml)", "配置文件（DIR/ingot.toml）"));
    verify->add_flag("--deep", call->deep, say("also recompute what can be derived", "并重算可推导的内容"));
    verify->add_flag("--json", call->json, say("one JSON object a line", "每行一个 JSON 对象"));
    verify->callback(
        [=, &chosen] { chosen = [=] { return verify_data(call->data, call->config, call->deep, call->json); }; });
}

}  // namespace

void register_server_commands(CLI::App& program, Command& chosen) {
    register_init(program, chosen);
    register_admin_key(program, chosen);
    register_serve(program, chosen);
    register_verify(program, chosen);
    auto* version = add_command(program, "version", say("what this program is", "程序版本"), "ingot version");
    auto json = std::make_shared<bool>(false);
    version->add_flag("--json", *json, say("print it as JSON", "以 JSON 输出"));
    version->callback([json, &chosen] {
        chosen = [json] {
            std::cout << (*json ? "{\"name\":\"ingot\",\"version\":\"0.1.0\"}\n" : "ingot 0.1.0\n");
            return kExitDone;
        };
    });
}

}  // namespace ingot::app
