#include "app/admin_key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/config.hpp"
#include "app/init.hpp"
#include "app/node.hpp"
#include "registry/registry.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_engine.hpp"

namespace ingot::app {
namespace {

namespace fs = std::filesystem;

class AdminKeyTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("ingot-admin-key-" + std::to_string(::getpid()) + "-" +
                                               testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::create_directories(folder_);
        auto made = init_node({data(), "localhost", "127.0.0.1:0"}, clock_, random_);
        ASSERT_TRUE(made) << made.error().detail;
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string data() const { return (folder_ / "data").string(); }
    std::unique_ptr<storage::Engine> open() {
        auto config = load_config(data() + "/ingot.toml");
        auto engine = storage::open_store(*store_options(*config), clock_, random_);
        return engine ? std::move(*engine) : nullptr;
    }
    static std::string read(std::string const& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    SystemClock clock_;
    SystemRandom random_;
    fs::path folder_;
};

TEST_F(AdminKeyTest, MakesAnAdministratorOfAStoppedNode) {
    auto const made = make_admin_key({data(), {}}, clock_, random_);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_TRUE(made->starts_with(data() + "/secrets/admin-")) << *made;
    struct stat status {};
    ASSERT_EQ(stat(made->c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    std::string key = read(*made);
    ASSERT_EQ(key.size(), 60u);
    key.pop_back();

    auto const engine = open();
    ASSERT_TRUE(engine);
    registry::Registry registry(*engine, clock_, random_, *read_secret(data() + "/secrets", "pepper"));
    ASSERT_TRUE(registry.load());
    auto const who = registry.authenticate(key);
    ASSERT_TRUE(who);
    EXPECT_TRUE((*who)->has(registry::Role::platform_admin) && (*who)->has(registry::Role::security_admin));
    std::string old = read(data() + "/secrets/admin.key");
    old.pop_back();
    EXPECT_TRUE(registry.authenticate(old)) << "the one before goes on";
    auto const audit = (*engine->view())->scan(storage::prefix_range(storage::Space::log, "audit/"));
    ASSERT_TRUE(audit);
    ASSERT_EQ(audit->rows.size(), 2u) << "init and this";
    EXPECT_NE(audit->rows[1].value.find(R"("actor":"admin-key","act":"user.manage")"), std::string::npos);
    EXPECT_EQ(audit->rows[1].value.find(key.substr(16)), std::string::npos);
}

TEST_F(AdminKeyTest, RefusesARunningNodeAndAnExistingFile) {
    std::string const file = (folder_ / "new.key").string();
    {
        auto const running = open();
        ASSERT_TRUE(running);
        auto const refused = make_admin_key({data(), file}, clock_, random_);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::StoreInUse);
        EXPECT_FALSE(fs::exists(file));
    }
    auto const existing = make_admin_key({data(), data() + "/secrets/admin.key"}, clock_, random_);
    ASSERT_FALSE(existing);
    EXPECT_EQ(existing.error().code, Code::Exists);
    EXPECT_TRUE(make_admin_key({data(), file}, clock_, random_));
    EXPECT_TRUE(fs::exists(file));
}

}  // namespace
}  // namespace ingot::app
