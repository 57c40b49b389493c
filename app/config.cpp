#include "app/config.hpp"

// "[.x]" breaks an assertion of the library that would end the process; without it, it is told as the fault it is.
#define TOML_ASSERT(holds) static_cast<void>(0)
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/config_keys.hpp"
#include "app/nearest.hpp"
#include "base/encoding.hpp"
#include "ident/identifier.hpp"

extern char** environ;

namespace ingot::app {
namespace {

namespace fs = std::filesystem;
constexpr size_t kFileBytesMax = 256 * 1024;
constexpr std::string_view kNoKeys[] = {"INGOT_NODE", "INGOT_CA", "INGOT_KEY"};  // read by the client commands

class Loader {
  public:
    Result<Config> load(std::string const& file, ConfigOverrides const& overrides) {
        read_file(file);
        std::error_code none;
        std::vector<fs::path> more;
        fs::path const folder = fs::path(file).parent_path() / "ingot.d";
        for (auto const& entry : fs::directory_iterator(folder, none))
            if (entry.path().extension() == ".toml") more.push_back(entry.path());
        std::sort(more.begin(), more.end());
        for (auto const& path : more) read_file(path.string());
        for (auto const& [name, value] : overrides.environment) take_environment(name, value);
        for (auto const& [name, value] : overrides.command_line) take("command line", name, outside(value));
        check_whole(fs::path(file).filename().string());
        if (error_.faults.empty()) return std::move(config_);
        for (auto const& fault : error_.faults) error_.detail += (error_.detail.empty() ? "" : "\n") + fault.detail;
        return fail(std::move(error_));
    }

  private:
    void fault(std::string const& where, std::string const& what, std::string const& what_zh) {
        error_.faults.push_back({where, "config", where + ": " + what, where + "：" + what_zh});
    }

    static RawValue outside(std::string const& text) {
        RawValue raw;
        raw.kind = RawValue::Kind::text;
        raw.text = text;
        raw.outside = true;
        return raw;
    }

    void read_file(std::string const& path) {
        std::string const name = fs::path(path).filename().string();
        std::ifstream stream(path, std::ios::binary);
        if (!stream) return fault(path, "the file cannot be read", "无法读取该文件");
        std::stringstream bytes;
        bytes << stream.rdbuf();
        std::string const text = bytes.str();
        if (text.size() > kFileBytesMax) return fault(name, "larger than 256 KiB", "大于 256 KiB");
        if (!is_utf8(text)) return fault(name, "not UTF-8", "不是 UTF-8");
        try {
            read_table(name, "", toml::parse(text, path));
        } catch (toml::parse_error const& wrong) {
            std::string const what(wrong.description());
            fault(name + ":" + std::to_string(wrong.source().begin.line), what, "TOML 语法错误：" + what);
        }
    }

    void read_table(std::string const& file, std::string const& prefix, toml::table const& table) {
        for (auto const& [key, node] : table) {
            std::string const name = prefix + std::string(key.str());
            if (auto const* inner = node.as_table()) {
                read_table(file, name + ".", *inner);
                continue;
            }
            take(file + ":" + std::to_string(node.source().begin.line), name, raw_of(node));
        }
    }

    static RawValue raw_of(toml::node const& node) {
        RawValue raw;
        if (auto const* text = node.as_string()) {
            raw.kind = RawValue::Kind::text;
            raw.text = text->get();
        } else if (auto const* integer = node.as_integer()) {
            raw.kind = RawValue::Kind::integer;
            raw.integer = integer->get();
            raw.text = std::to_string(raw.integer);
        } else if (auto const* real = node.as_floating_point()) {
            raw.kind = RawValue::Kind::real;
            raw.real = real->get();
            raw.text = std::to_string(raw.real);
        } else if (auto const* boolean = node.as_boolean()) {
            raw.kind = RawValue::Kind::boolean;
            raw.boolean = boolean->get();
            raw.text = raw.boolean ? "true" : "false";
        } else if (auto const* array = node.as_array()) {
            raw.kind = RawValue::Kind::texts;
            raw.text = "[...]";
            for (auto const& item : *array) {
                auto const* text_item = item.as_string();
                if (!text_item)
                    raw.kind = RawValue::Kind::other;
                else
                    raw.texts.push_back(text_item->get());
            }
        } else {
            raw.text = "...";
        }
        return raw;
    }

    void take_environment(std::string const& variable, std::string const& value) {
        if (std::find(std::begin(kNoKeys), std::end(kNoKeys), variable) != std::end(kNoKeys)) return;
        std::vector<std::string> names;
        for (auto const& key : config_keys()) {
            std::string name = "INGOT_" + to_upper_ascii(key.name);
            std::replace(name.begin(), name.end(), '.', '_');
            if (name == variable) return take("environment", std::string(key.name), outside(value));
            names.push_back(std::move(name));
        }
        std::string const near = nearest_word(variable, names);
        fault("environment",
              variable + " names no configuration key" + (near.empty() ? "" : "; did you mean " + near + "?"),
              variable + " 不对应任何配置键" + (near.empty() ? "" : "；是否想写 " + near + "？"));
    }

    void take(std::string const& where, std::string const& name, RawValue const& raw) {
        std::string nearest;
        ConfigKey const* key = find_config_key(name, &nearest);
        if (!key) {
            bool const none = nearest.empty();
            return fault(where, excerpt(name) + ": unknown key" + (none ? "" : "; did you mean " + nearest + "?"),
                         excerpt(name) + "：没有这个键" + (none ? "" : "；是否想写 " + nearest + "？"));
        }
        if (raw.text.find("-----BEGIN") != std::string::npos || raw.text.starts_with("ingk_"))
            return fault(where, name + ": a secret is named by file, never written here",
                         name + "：密钥只能以文件名指定，不得写在此处");
        if (auto wrong = key->set(config_, raw)) return fault(where, name + ": " + wrong->en, name + "：" + wrong->zh);
        config_.sources[name] = where;
    }

    // Required keys and contradictions, once everything is read.
    void check_whole(std::string const& file) {
        auto require = [&](std::string_view name, bool present) {
            if (!present && !named(name)) fault(file, std::string(name) + ": required", std::string(name) + "：必填");
        };
        require("node.name", !config_.node_name.empty());
        require("storage.dir", !config_.storage_dir.empty());
        require("tls.cert_file", !config_.tls_cert_file.empty());
        require("tls.key_file", !config_.tls_key_file.empty());
        for (auto const& text : config_.node_prefixes)
            if (auto prefix = ident::Prefix::parse(text); !prefix)
                fault(place("node.prefixes", file), "node.prefixes: " + excerpt(text) + ": " + prefix.error().detail,
                      "node.prefixes：" + excerpt(text) + "：" + prefix.error().detail_zh);
        if (config_.listen_https.empty())
            fault(place("listen.https", file), "listen.https: names no address", "listen.https：没有地址");
        Limits const& limits = config_.limits;
        if (limits.page_rows_default > limits.page_rows_max)
            fault(place("limits.page_rows_default", file), "limits.page_rows_default: larger than limits.page_rows_max",
                  "limits.page_rows_default：大于 limits.page_rows_max");
        if (limits.trace_time > limits.trace_time_max)
            fault(place("trace.budget_ms", file), "trace.budget_ms: longer than trace.timeout_max",
                  "trace.budget_ms：长于 trace.timeout_max");
    }

    // A key that is there but wrong has its own fault already.
    bool named(std::string_view name) const {
        return std::any_of(error_.faults.begin(), error_.faults.end(), [&](auto const& fault) {
            return fault.detail.find(": " + std::string(name) + ": ") != std::string::npos;
        });
    }

    std::string place(std::string const& key, std::string const& file) const {
        auto const found = config_.sources.find(key);
        return found == config_.sources.end() ? file : found->second;
    }

    Config config_;
    Error error_{Code::Config, {}, {}};
};

}  // namespace

std::string Config::log_origin_or_default() const {
    if (!log_origin.empty()) return log_origin;
    std::string port;
    if (!listen_https.empty()) port = listen_https.front().substr(listen_https.front().rfind(':') + 1);
    bool const plain = port.empty() || port == "443" || port == "0";
    return node_name + (plain ? "" : ":" + port) + "/v1/log";
}

std::vector<std::pair<std::string, std::string>> ingot_environment() {
    std::vector<std::pair<std::string, std::string>> out;
    for (char** entry = environ; *entry; ++entry) {
        std::string_view const text = *entry;
        size_t const equals = text.find('=');
        if (text.starts_with("INGOT_") && equals != std::string_view::npos)
            out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

Result<Config> load_config(std::string const& file, ConfigOverrides const& overrides) {
    return Loader().load(file, overrides);
}

std::string print_config(Config const& config) {
    std::string out;
    for (auto const& key : config_keys()) {
        auto const source = config.sources.find(std::string(key.name));
        out.append(key.name).append(" = ").append(key.print(config)).append("   # ");
        out.append(source == config.sources.end() ? "default" : source->second).append("\n");
    }
    return out;
}

}  // namespace ingot::app
