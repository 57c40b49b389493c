#include "app/init.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "app/verify_command.hpp"

namespace ingot::app {
namespace {

namespace fs = std::filesystem;

class InitTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("ingot-init-" + std::to_string(::getpid()) + "-" +
                                               testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    Result<InitResult> init(std::string const& name = "localhost", std::string const& listen = "127.0.0.1:0") {
        return init_node({(folder_ / "data").string(), name, listen}, clock_, random_);
    }
    static unsigned mode(fs::path const& path) {
        struct stat status {};
        return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
    }
    static std::string read(fs::path const& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    SystemClock clock_;
    SystemRandom random_;
    fs::path folder_;
};

TEST_F(InitTest, MakesEverythingANodeNeeds) {
    auto const made = init("node.example", "127.0.0.1:8443");
    ASSERT_TRUE(made) << made.error().detail;
    fs::path const data = folder_ / "data";
    for (char const* name : {"pepper", "cursor", "audit", "node"}) {
        EXPECT_EQ(fs::file_size(data / "secrets" / name), 32u) << name;
        EXPECT_EQ(mode(data / "secrets" / name), 0600u) << name;
    }
    EXPECT_EQ(mode(data / "secrets/admin.key"), 0600u);
    EXPECT_TRUE(read(data / "secrets/admin.key").starts_with("ingk_"));
    EXPECT_EQ(mode(data), 0700u);
    EXPECT_TRUE(fs::exists(data / "pki/ca.pem"));
    auto const config = load_config(made->config_file);
    ASSERT_TRUE(config) << config.error().detail;
    EXPECT_EQ(config->node_name, "node.example");
    EXPECT_EQ(config->env, "development");
    EXPECT_EQ(config->log_origin_or_default(), "node.example:8443/v1/log");
    EXPECT_EQ(read(made->config_file).find("ingk_"), std::string::npos) << "no secret in the configuration";
    EXPECT_EQ(verify_data(data.string(), "", false, true), kExitDone);
}

TEST_F(InitTest, RefusesAFolderThatHoldsAnything) {
    fs::create_directories(folder_ / "data");
    std::ofstream(folder_ / "data/mine") << "x";
    auto const made = init();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::Exists);
    EXPECT_EQ(exit_code(made.error()), kExitInUse);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "data"), fs::directory_iterator()), 1);
}

TEST_F(InitTest, RefusesNamesAndAddressesThatAreNone) {
    for (char const* name : {"", "a b", "x/y", "\"]\n", "host.example:8443", "a..b", "::1:x"})
        EXPECT_EQ(init(name).error().code, Code::Config) << name;
    for (char const* listen :
         {"", "127.0.0.1", ":8443", "127.0.0.1:99999", "127.0.0.1:x", "127.0.0.1:84x", "localhost:8443"})
        EXPECT_EQ(init("localhost", listen).error().code, Code::Config) << listen;
    EXPECT_FALSE(fs::exists(folder_ / "data"));
    EXPECT_TRUE(init("::1")) << "an address is a name";
}

TEST_F(InitTest, SecretsOthersMayReadAreRefused) {
    ASSERT_TRUE(init());
    std::string const secrets = (folder_ / "data/secrets").string();
    EXPECT_TRUE(read_secret(secrets, "pepper"));
    EXPECT_FALSE(read_secret(secrets, "absent"));
    chmod((secrets + "/pepper").c_str(), 0644);
    EXPECT_EQ(read_secret(secrets, "pepper").error().code, Code::Config);
}

TEST(Verify, SaysThatItCannotRun) { EXPECT_EQ(verify_data("/no/such/folder", "", false, false), kExitUsage); }

}  // namespace
}  // namespace ingot::app
