// What the node is told (spec/operations.md 2): built-in default < file < ingot.d/*.toml < environment < command line.
// Every fault is found at once, each with file and line. Immutable after loading.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace ingot::app {

struct Config {
    std::string env = "production";  // or "development"
    std::string node_name;
    std::vector<std::string> node_prefixes;
    std::vector<std::string> listen_https = {"0.0.0.0:8443", "[::]:8443"};
    std::vector<std::string> server_hosts;
    unsigned io_threads = 0, workers = 0;  // 0: cores, 2 x cores
    std::string tls_cert_file, tls_key_file, tls_ca_file;
    std::string secrets_dir = "/var/lib/ingot-secrets";
    std::string storage_dir;
    std::optional<uint64_t> storage_reserve, storage_ballast;  // nothing: "auto"
    uint64_t storage_cache = 0;                                // 0: 25 % of memory
    std::string anchor_dir;                                    // empty: <storage.dir>/anchor
    std::string recovery_on_mismatch = "degraded";             // or "exit"
    std::string log_origin;                                    // empty: <node.name>[:port]/v1/log
    bool case_sensitive = false;
    Limits limits;
    uint64_t codes_per_prefix_day_max = 1'000'000;
    double trace_tolerance_lot = 0.005, trace_tolerance_vessel = 0.02;
    std::chrono::milliseconds trace_late_supply_window = std::chrono::hours(24);
    std::vector<std::string> trace_alias_hosts;
    bool epcis_lenient = false;
    std::vector<std::string> metrics_allow = {"loopback"};
    uint64_t metrics_prefix_max = 1000;
    std::string logging_level = "info";          // error warn info debug
    std::string logging_identifiers = "prefix";  // none prefix hash full
    std::string logging_file;                    // empty: stderr
    std::chrono::milliseconds lame_duck{2'000}, drain{25'000};

    std::map<std::string, std::string> sources;  // key -> "ingot.toml:17", "environment", "command line"
    std::string log_origin_or_default() const;
};

// What overrides a file.
struct ConfigOverrides {
    std::vector<std::pair<std::string, std::string>> environment;   // every INGOT_... variable of the process
    std::vector<std::pair<std::string, std::string>> command_line;  // key, text
};

// The INGOT_ variables of this process.
std::vector<std::pair<std::string, std::string>> ingot_environment();

// Code::Config with one fault a problem: unknown key (with the nearest known one), wrong type, out of range, missing,
// contradiction, a secret written as a value.
Result<Config> load_config(std::string const& file, ConfigOverrides const& overrides = {});

// Every key with its value and where it came from, one a line; no secret is among them.
std::string print_config(Config const& config);

}  // namespace ingot::app
