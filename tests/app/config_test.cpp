#include "app/config.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/config_units.hpp"

namespace ingot::app {
namespace {

namespace fs = std::filesystem;

class ConfigTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("ingot-config-" + std::to_string(::getpid()) + "-" +
                                               testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    Result<Config> load(std::string const& text, ConfigOverrides const& overrides = {}) {
        std::ofstream(folder_ / "ingot.toml") << text;
        return load_config((folder_ / "ingot.toml").string(), overrides);
    }
    // What is wrong, one line a fault; "" when nothing is.
    std::string faults(std::string const& text, ConfigOverrides const& overrides = {}) {
        auto const config = load(text, overrides);
        return config ? "" : config.error().detail;
    }

    fs::path folder_;
};

std::string const kWhole =
    "[node]\nname = \"node.example\"\n[storage]\ndir = \"/var/lib/ingot\"\n"
    "[tls]\ncert_file = \"c.pem\"\nkey_file = \"k.pem\"\n";

TEST_F(ConfigTest, ReadsValuesOfEveryKind) {
    auto const config = load("env = \"development\"\n" + kWhole +
                             "[listen]\nhttps = [\"127.0.0.1:0\"]\n[limits]\nbody = \"2MiB\"\nidle_time = \"90s\"\n"
                             "codes_per_prefix_day_max = 100000000\n[trace]\ntolerance.vessel = 1e-4\nbudget_ms = 250\n"
                             "tolerance.lot = 0.01\n[epcis]\nlenient = true\n[identifiers]\ncase_sensitive = "
                             "true\n[server]\nio_threads = 1\n");
    ASSERT_TRUE(config) << config.error().detail;
    EXPECT_EQ(config->env, "development");
    EXPECT_EQ(config->node_name, "node.example");
    EXPECT_EQ(config->listen_https, std::vector<std::string>{"127.0.0.1:0"});
    EXPECT_EQ(config->limits.body_bytes_max, 2u << 20);
    EXPECT_EQ(config->limits.idle, std::chrono::seconds(90));
    EXPECT_EQ(config->codes_per_prefix_day_max, 100'000'000u);
    EXPECT_EQ(config->trace_tolerance_vessel, 1e-4);
    EXPECT_EQ(config->limits.trace_time, std::chrono::milliseconds(250));
    EXPECT_EQ(config->trace_tolerance_lot, 0.01);
    EXPECT_TRUE(config->case_sensitive);
    EXPECT_TRUE(config->epcis_lenient);
    EXPECT_EQ(config->io_threads, 1u);
    EXPECT_EQ(config->sources.at("limits.body"), "ingot.toml:12");
    EXPECT_EQ(config->log_origin_or_default(), "node.example/v1/log");
}

TEST_F(ConfigTest, NamesEveryFaultWithItsPlaceAndWhatWasMeant) {
    struct Row {
        std::string line, said;
    };
    Row const rows[] = {
        {"limits.body = \"1MB\"", "ingot.toml:8: limits.body: \"1MB\" is not a size; did you mean \"1MiB\"?"},
        {"limits.body = 1048576", "ingot.toml:8: limits.body: 1048576 is not a size; did you mean \"1048576B\"?"},
        {"limits.body = \"1B\"", "ingot.toml:8: limits.body: \"1B\" is out of range, \"1KiB\" to \"64MiB\""},
        {"limits.idle_time = \"60\"",
         "ingot.toml:8: limits.idle_time: \"60\" is not a duration; did you mean \"60s\"?"},
        {"limits.idle_time = 60", "ingot.toml:8: limits.idle_time: 60 is not a duration; did you mean \"60s\"?"},
        {"limits.idle_time = \"2d\"", "ingot.toml:8: limits.idle_time: \"2d\" is out of range, \"100ms\" to \"1h\""},
        {"server.io_threads = 0", "ingot.toml:8: server.io_threads: 0 is out of range, 1 to 256"},
        {"server.io_threads = \"4\"", "ingot.toml:8: server.io_threads: \"4\" is not a whole number"},
        {"server.io_thread = 4", "ingot.toml:8: server.io_thread: unknown key; did you mean server.io_threads?"},
        {"completely.unknown = 4", "ingot.toml:8: completely.unknown: unknown key"},
        {"listen.https = \"a:1\"", "ingot.toml:8: listen.https: \"a:1\" is not an array of texts"},
        {"listen.https = [1]", "ingot.toml:8: listen.https: [...] is not an array of texts"},
        {"listen.https = []", "ingot.toml:8: listen.https: names no address"},
        {"node.prefixes = [\"88..1\"]", "ingot.toml:8: node.prefixes: 88..1: the prefix has an empty part"},
        {"identifiers.case_sensitive = \"yes\"",
         "ingot.toml:8: identifiers.case_sensitive: \"yes\" is not true or false"},
        {"env = \"test\"", "ingot.toml:8: env: \"test\" is not one of \"production\", \"development\""},
        {"metrics.allow = [\"10.0.0.0/40\"]",
         "ingot.toml:8: metrics.allow: \"10.0.0.0/40\" is not a network such as 10.0.0.0/8 or ::1/128"},
        {"log.origin = \"ingk_abc_def\"", "ingot.toml:8: log.origin: a secret is named by file, never written here"},
        {"trace.tolerance.lot = 2", "ingot.toml:8: trace.tolerance.lot: 2 is out of range, 0 to 0.5"},
        {"limits.page_rows_default = 2000", "ingot.toml:8: limits.page_rows_default: larger than limits.page_rows_max"},
    };
    std::string const head =
        "node.name = \"n\"\nstorage.dir = \"d\"\ntls.cert_file = \"c\"\ntls.key_file = \"k\"\n\n\n\n";
    EXPECT_EQ(faults(head), "");
    for (auto const& row : rows) EXPECT_EQ(faults(head + row.line + "\n"), row.said);
}

TEST_F(ConfigTest, TellsAllFaultsAtOnceAndWhatIsMissing) {
    auto const config = load("[node]\nnam = \"x\"\n[limits]\nbody = \"x\"\n");
    ASSERT_FALSE(config);
    std::vector<std::string> said;
    for (auto const& fault : config.error().faults) said.push_back(fault.detail);
    EXPECT_EQ(said,
              (std::vector<std::string>{"ingot.toml:4: limits.body: \"x\" is not a size",
                                        "ingot.toml:2: node.nam: unknown key; did you mean node.name?",
                                        "ingot.toml: node.name: required", "ingot.toml: storage.dir: required",
                                        "ingot.toml: tls.cert_file: required", "ingot.toml: tls.key_file: required"}));
    EXPECT_EQ(config.error().code, Code::Config);
    EXPECT_NE(faults("a = = 1\n").find("ingot.toml:1: "), std::string::npos);
    EXPECT_NE(faults(kWhole + "x = \"\xFF\"\n").find("not UTF-8"), std::string::npos);
    EXPECT_NE(faults("[.storage]\ndir = \"d\"\n").find("ingot.toml:1: "), std::string::npos);
    EXPECT_FALSE(load_config((folder_ / "absent.toml").string()));
}

TEST_F(ConfigTest, LaterSourcesWin) {
    fs::create_directories(folder_ / "ingot.d");
    std::ofstream(folder_ / "ingot.d" / "20.toml") << "node.name = \"twenty\"\nserver.workers = 20\n";
    std::ofstream(folder_ / "ingot.d" / "10.toml")
        << "node.name = \"ten\"\nserver.workers = 10\nserver.io_threads = 10\n";
    ConfigOverrides overrides;
    overrides.environment = {{"INGOT_SERVER_WORKERS", "30"}, {"INGOT_LISTEN_HTTPS", "[::]:1,0.0.0.0:2"}};
    overrides.command_line = {{"limits.body", "3MiB"}};
    auto const config = load(kWhole, overrides);
    ASSERT_TRUE(config) << config.error().detail;
    EXPECT_EQ(config->node_name, "twenty");
    EXPECT_EQ(config->io_threads, 10u);
    EXPECT_EQ(config->workers, 30u);
    EXPECT_EQ(config->listen_https, (std::vector<std::string>{"[::]:1", "0.0.0.0:2"}));
    EXPECT_EQ(config->limits.body_bytes_max, 3u << 20);
    std::string const printed = print_config(*config);
    EXPECT_NE(printed.find("server.workers = 30   # environment\n"), std::string::npos);
    EXPECT_NE(printed.find("limits.body = \"3MiB\"   # command line\n"), std::string::npos);
    EXPECT_NE(printed.find("env = \"production\"   # default\n"), std::string::npos);
}

TEST_F(ConfigTest, RefusesUnknownEnvironmentNamesButNotThoseOfTheClients) {
    ConfigOverrides overrides;
    overrides.environment = {{"INGOT_NODE", "https://x"}, {"INGOT_CA", "f"}, {"INGOT_KEY", "f"}};
    EXPECT_EQ(faults(kWhole, overrides), "");
    overrides.environment.emplace_back("INGOT_NODE_NAMES", "x");
    EXPECT_EQ(faults(kWhole, overrides),
              "environment: INGOT_NODE_NAMES names no configuration key; did you mean INGOT_NODE_NAME?");
    overrides.environment = {{"INGOT_LISTEN", "0.0.0.0:1"}};
    EXPECT_NE(faults(kWhole, overrides).find("INGOT_LISTEN names no configuration key"), std::string::npos);
}

TEST(ConfigUnits, RoundTrip) {
    for (char const* text : {"500ms", "10s", "15m", "24h", "7d"})
        EXPECT_EQ(print_duration(*parse_duration(text)), text == std::string("24h") ? "1d" : text);
    for (char const* text : {"64KiB", "1MiB", "2GiB", "3TiB", "17B"}) EXPECT_EQ(print_size(*parse_size(text)), text);
    for (char const* text : {"", "s", "10", "10 s", "-1s", "1.5s", "10S", "99999999999999999999d"})
        EXPECT_FALSE(parse_duration(text)) << text;
    for (char const* text : {"", "MiB", "1MB", "1 MiB", "-1B", "1mib"}) EXPECT_FALSE(parse_size(text)) << text;
}

}  // namespace
}  // namespace ingot::app
