#include "app/config_keys.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "api/networks.hpp"
#include "app/config_units.hpp"
#include "app/nearest.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

using Fault = std::optional<Said>;
using Kind = RawValue::Kind;
using std::chrono::milliseconds;

std::string quoted(std::string_view text) { return "\"" + excerpt(text) + "\""; }

std::string shown(RawValue const& raw) {
    if (raw.kind == Kind::texts) return "[...]";
    return raw.kind == Kind::text ? quoted(raw.text) : excerpt(raw.text);
}

Said with_guess(Said message, std::string const& guess) {
    if (guess.empty()) return message;
    return {message.en + "; did you mean \"" + guess + "\"?", message.zh + "；是否想写 \"" + guess + "\"？"};
}

Said is_not(RawValue const& raw, std::string const& en, std::string const& zh) {
    return {shown(raw) + " is not " + en, shown(raw) + " 不是" + zh};
}

Said out_of_range(std::string const& value, std::string const& least, std::string const& most) {
    return {value + " is out of range, " + least + " to " + most, value + " 超出范围，应为 " + least + " 到 " + most};
}

std::optional<int64_t> integer_of(RawValue const& raw) {
    if (raw.kind == Kind::integer) return raw.integer;
    if (!raw.outside) return std::nullopt;
    int64_t value = 0;
    auto const [end, error] = std::from_chars(raw.text.data(), raw.text.data() + raw.text.size(), value);
    if (error != std::errc() || end != raw.text.data() + raw.text.size()) return std::nullopt;
    return value;
}

template <class Number>
ConfigKey count(std::string_view name, Number Config::*member, int64_t min, int64_t max) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                auto const value = integer_of(raw);
                if (!value) return is_not(raw, "a whole number", "整数");
                if (*value < min || *value > max)
                    return out_of_range(std::to_string(*value), std::to_string(min), std::to_string(max));
                config.*member = static_cast<Number>(*value);
                return {};
            },
            [=](Config const& config) { return std::to_string(config.*member); }};
}

template <class Number>
ConfigKey limit(std::string_view name, Number Limits::*member, int64_t min, int64_t max) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                auto const value = integer_of(raw);
                if (!value) return is_not(raw, "a whole number", "整数");
                if (*value < min || *value > max)
                    return out_of_range(std::to_string(*value), std::to_string(min), std::to_string(max));
                config.limits.*member = static_cast<Number>(*value);
                return {};
            },
            [=](Config const& config) { return std::to_string(config.limits.*member); }};
}

Fault read_size(RawValue const& raw, uint64_t min, uint64_t max, uint64_t& out) {
    auto const value = raw.kind == Kind::text ? parse_size(raw.text) : std::nullopt;
    if (!value) return with_guess(is_not(raw, "a size", "容量"), guess_size(raw.text));
    if (*value < min || *value > max)
        return out_of_range(quoted(raw.text), quoted(print_size(min)), quoted(print_size(max)));
    out = *value;
    return {};
}

ConfigKey limit_size(std::string_view name, size_t Limits::*member, uint64_t min, uint64_t max) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                uint64_t value = 0;
                if (auto fault = read_size(raw, min, max, value)) return fault;
                config.limits.*member = value;
                return {};
            },
            [=](Config const& config) { return quoted(print_size(config.limits.*member)); }};
}

ConfigKey size_or_auto(std::string_view name, std::optional<uint64_t> Config::*member) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                if (raw.text == "auto") return (config.*member).reset(), std::nullopt;
                uint64_t value = 0;
                if (auto fault = read_size(raw, 0, uint64_t{1} << 50, value)) return fault;
                config.*member = value;
                return {};
            },
            [=](Config const& config) {
                return quoted((config.*member) ? print_size(*(config.*member)) : std::string("auto"));
            }};
}

Fault read_duration(RawValue const& raw, milliseconds min, milliseconds max, milliseconds& out) {
    auto const value = raw.kind == Kind::text ? parse_duration(raw.text) : std::nullopt;
    if (!value) return with_guess(is_not(raw, "a duration", "时长"), guess_duration(raw.text));
    if (*value < min || *value > max)
        return out_of_range(quoted(raw.text), quoted(print_duration(min)), quoted(print_duration(max)));
    out = *value;
    return {};
}

template <class Get>
ConfigKey duration_key(std::string_view name, Get get, milliseconds min, milliseconds max) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault { return read_duration(raw, min, max, get(config)); },
            [=](Config const& config) { return quoted(print_duration(get(const_cast<Config&>(config)))); }};
}
ConfigKey duration(std::string_view name, milliseconds Config::*member, milliseconds min, milliseconds max) {
    return duration_key(
        name, [=](Config& config) -> milliseconds& { return config.*member; }, min, max);
}
ConfigKey limit_time(std::string_view name, milliseconds Limits::*member, milliseconds min, milliseconds max) {
    return duration_key(
        name, [=](Config& config) -> milliseconds& { return config.limits.*member; }, min, max);
}

ConfigKey text(std::string_view name, std::string Config::*member) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                if (raw.kind != Kind::text) return is_not(raw, "a text", "文本");
                if (raw.text.empty()) return Said{"the text is empty", "文本为空"};
                config.*member = raw.text;
                return {};
            },
            [=](Config const& config) { return quoted(config.*member); }};
}

ConfigKey word(std::string_view name, std::string Config::*member, std::vector<std::string> words) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                if (raw.kind == Kind::text && std::find(words.begin(), words.end(), raw.text) != words.end()) {
                    config.*member = raw.text;
                    return {};
                }
                std::string list;
                for (auto const& one : words) list += (list.empty() ? "" : ", ") + quoted(one);
                return is_not(raw, "one of " + list, "以下之一：" + list);
            },
            [=](Config const& config) { return quoted(config.*member); }};
}

ConfigKey texts(std::string_view name, std::vector<std::string> Config::*member) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                if (raw.kind == Kind::texts) return config.*member = raw.texts, std::nullopt;
                if (!raw.outside) return is_not(raw, "an array of texts", "文本数组");
                std::vector<std::string> list;
                for (size_t at = 0; at <= raw.text.size();) {
                    size_t const end = std::min(raw.text.find(',', at), raw.text.size());
                    if (end > at) list.push_back(raw.text.substr(at, end - at));
                    at = end + 1;
                }
                config.*member = std::move(list);
                return {};
            },
            [=](Config const& config) {
                std::string list;
                for (auto const& one : config.*member) list += (list.empty() ? "" : ", ") + quoted(one);
                return "[" + list + "]";
            }};
}

ConfigKey networks(std::string_view name, std::vector<std::string> Config::*member) {
    ConfigKey key = texts(name, member);
    key.set = [member, plain = key.set](Config& config, RawValue const& raw) -> Fault {
        if (auto fault = plain(config, raw)) return fault;
        auto const parsed = api::Networks::parse(config.*member);
        if (parsed) return {};
        auto const& wrong = parsed.error();
        return Said{wrong.detail, wrong.detail_zh.empty() ? wrong.detail : wrong.detail_zh};
    };
    return key;
}

ConfigKey boolean(std::string_view name, bool Config::*member) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                bool const known =
                    raw.kind == Kind::boolean || (raw.outside && (raw.text == "true" || raw.text == "false"));
                if (!known) return is_not(raw, "true or false", " true 或 false");
                config.*member = raw.kind == Kind::boolean ? raw.boolean : raw.text == "true";
                return {};
            },
            [=](Config const& config) { return std::string(config.*member ? "true" : "false"); }};
}

std::string plain(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

ConfigKey real(std::string_view name, double Config::*member, double min, double max) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                double value = raw.kind == Kind::real ? raw.real : static_cast<double>(raw.integer);
                bool known = raw.kind == Kind::real || raw.kind == Kind::integer;
                if (raw.outside) {
                    char* end = nullptr;
                    value = std::strtod(raw.text.c_str(), &end);
                    known = !raw.text.empty() && *end == '\0';
                }
                if (!known || !std::isfinite(value)) return is_not(raw, "a number", "数字");
                if (value < min || value > max) return out_of_range(shown(raw), plain(min), plain(max));
                config.*member = value;
                return {};
            },
            [=](Config const& config) { return std::to_string(config.*member); }};
}

ConfigKey limit_ms(std::string_view name, milliseconds Limits::*member, int64_t min, int64_t max) {
    return {name,
            [=](Config& config, RawValue const& raw) -> Fault {
                auto const value = integer_of(raw);
                if (!value || *value < min || *value > max)
                    return is_not(raw,
                                  "a number of milliseconds from " + std::to_string(min) + " to " + std::to_string(max),
                                  std::to_string(min) + " 到 " + std::to_string(max) + " 的毫秒数");
                config.limits.*member = milliseconds(*value);
                return {};
            },
            [=](Config const& config) { return std::to_string((config.limits.*member).count()); }};
}

constexpr milliseconds kSecond{1'000}, kMinute{60'000}, kHour{3'600'000};
constexpr uint64_t kKiB = 1 << 10, kMiB = 1 << 20;

ConfigKey cache_key() {
    return {
        "storage.cache",
        [](Config& config, RawValue const& raw) -> Fault {
            return read_size(raw, 8 * kMiB, uint64_t{1} << 40, config.storage_cache);
        },
        [](Config const& config) { return config.storage_cache ? quoted(print_size(config.storage_cache)) : "auto"; }};
}

std::vector<ConfigKey> node_keys() {
    return {word("env", &Config::env, {"production", "development"}),
            text("node.name", &Config::node_name),
            texts("node.prefixes", &Config::node_prefixes),
            texts("listen.https", &Config::listen_https),
            texts("server.hosts", &Config::server_hosts),
            count("server.io_threads", &Config::io_threads, 1, 256),
            count("server.workers", &Config::workers, 1, 1024),
            text("tls.cert_file", &Config::tls_cert_file),
            text("tls.key_file", &Config::tls_key_file),
            text("tls.ca_file", &Config::tls_ca_file),
            text("secrets.dir", &Config::secrets_dir),
            text("storage.dir", &Config::storage_dir),
            size_or_auto("storage.reserve", &Config::storage_reserve),
            size_or_auto("storage.ballast", &Config::storage_ballast),
            cache_key(),
            limit("storage.group_max_ops", &Limits::group_operations_max, 1, 4096),
            limit_size("storage.group_max_bytes", &Limits::group_bytes_max, 64 * kKiB, 256 * kMiB),
            text("anchor.dir", &Config::anchor_dir),
            word("recovery.on_mismatch", &Config::recovery_on_mismatch, {"degraded", "exit"}),
            text("log.origin", &Config::log_origin),
            boolean("identifiers.case_sensitive", &Config::case_sensitive),
            limit_ms("trace.budget_ms", &Limits::trace_time, 1, 60'000),
            limit_time("trace.timeout_max", &Limits::trace_time_max, milliseconds(1), 10 * kMinute),
            real("trace.tolerance.lot", &Config::trace_tolerance_lot, 0, 0.5),
            real("trace.tolerance.vessel", &Config::trace_tolerance_vessel, 0, 0.5),
            duration("trace.late_supply_window", &Config::trace_late_supply_window, milliseconds(0), 31 * 24 * kHour),
            texts("trace.alias_hosts", &Config::trace_alias_hosts),
            boolean("epcis.lenient", &Config::epcis_lenient),
            networks("metrics.allow", &Config::metrics_allow),
            count("metrics.prefix_max", &Config::metrics_prefix_max, 1, 10'000),
            word("logging.level", &Config::logging_level, {"error", "warn", "info", "debug"}),
            word("logging.identifiers", &Config::logging_identifiers, {"none", "prefix", "hash", "full"}),
            text("logging.file", &Config::logging_file),
            duration("shutdown.lame_duck", &Config::lame_duck, milliseconds(0), kMinute),
            duration("shutdown.drain", &Config::drain, milliseconds(0), 10 * kMinute)};
}

std::vector<ConfigKey> limit_keys() {
    return {limit_size("limits.target", &Limits::target_bytes_max, kKiB, 64 * kKiB),
            limit_size("limits.head", &Limits::head_bytes_max, 2 * kKiB, 256 * kKiB),
            limit("limits.fields", &Limits::fields_max, 10, 1000),
            limit_size("limits.body", &Limits::body_bytes_max, kKiB, 64 * kMiB),
            limit_size("limits.batch", &Limits::batch_bytes_max, kKiB, 256 * kMiB),
            limit_size("limits.capture", &Limits::capture_bytes_max, kKiB, 256 * kMiB),
            limit_size("limits.bodies_memory", &Limits::bodies_bytes_max, 16 * kMiB, 64 * 1024 * kMiB),
            limit("limits.batch_items", &Limits::batch_items_max, 1, 100'000),
            limit("limits.allocation_codes", &Limits::allocation_codes_max, 1, 100'000),
            limit("limits.events_per_capture", &Limits::events_per_capture_max, 1, 100'000),
            count("limits.codes_per_prefix_day_max", &Config::codes_per_prefix_day_max, 1, 1'000'000'000'000),
            limit("limits.query_parameters", &Limits::query_parameters_max, 1, 1000),
            limit("limits.page_rows_default", &Limits::page_rows_default, 1, 10'000),
            limit("limits.page_rows_max", &Limits::page_rows_max, 1, 10'000),
            limit("limits.json_depth", &Limits::json_depth_max, 4, 256),
            limit("limits.json_values", &Limits::json_values_max, 100, 10'000'000),
            limit("limits.connections", &Limits::connections_max, 10, 1'000'000),
            limit("limits.connections_per_address", &Limits::connections_per_address_max, 1, 1'000'000),
            limit("limits.handshakes", &Limits::handshakes_max, 1, 100'000),
            limit("limits.requests_per_connection", &Limits::requests_per_connection_max, 1, 1'000'000'000),
            limit("limits.pipelined", &Limits::pipelined_max, 1, 1000),
            limit("limits.worker_queue", &Limits::worker_queue_max, 1, 100'000),
            limit("limits.committer_queue", &Limits::commit_queue_operations_max, 1, 100'000),
            limit_time("limits.handshake_time", &Limits::handshake, kSecond, 5 * kMinute),
            limit_time("limits.head_time", &Limits::head, milliseconds(100), 5 * kMinute),
            limit_time("limits.body_time", &Limits::body, milliseconds(100), 10 * kMinute),
            limit_time("limits.idle_time", &Limits::idle, milliseconds(100), kHour),
            limit_time("limits.write_stall", &Limits::write_stall, milliseconds(100), 10 * kMinute),
            limit_time("limits.point_deadline", &Limits::point_deadline, milliseconds(10), kMinute),
            limit_time("limits.scan_deadline", &Limits::scan_deadline, milliseconds(10), 10 * kMinute),
            limit_time("limits.write_deadline", &Limits::write_deadline, milliseconds(10), 10 * kMinute),
            limit("limits.trace_nodes", &Limits::trace_nodes_max, 1, 100'000'000),
            limit("limits.trace_edges", &Limits::trace_edges_max, 1, 1'000'000'000),
            limit("limits.trace_depth", &Limits::trace_depth_default, 1, 10'000),
            limit("limits.walks_per_principal", &Limits::walks_per_principal_max, 1, 1000),
            limit_size("limits.walks_memory", &Limits::walks_bytes_max, kMiB, 64 * 1024 * kMiB),
            limit_size("limits.answer", &Limits::answer_bytes_max, 64 * kKiB, 64 * kMiB)};
}

}  // namespace

std::span<ConfigKey const> config_keys() {
    static std::vector<ConfigKey> const keys = [] {
        auto all = node_keys();
        for (auto& key : limit_keys()) all.push_back(std::move(key));
        return all;
    }();
    return keys;
}

ConfigKey const* find_config_key(std::string_view name, std::string* nearest) {
    std::vector<std::string> names;
    for (auto const& key : config_keys()) {
        if (key.name == name) return &key;
        names.emplace_back(key.name);
    }
    if (nearest) *nearest = nearest_word(name, names);
    return nullptr;
}

}  // namespace ingot::app
