#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "api/openapi_document.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "base/encoding.hpp"
#include "registry/role_word.hpp"

namespace ingot::api {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path openapi_folder() { return fs::path(SOURCE_FOLDER) / "api/openapi"; }

std::string limit_of(Body body) {
    Limits const limits;
    return std::to_string(body == Body::Batch     ? limits.batch_bytes_max
                          : body == Body::Capture ? limits.capture_bytes_max
                                                  : limits.body_bytes_max);
}

// Who may ever pass: "anyone", or the roles of the people it is for.
std::string roles_of(Route const& route) {
    // Lists of records show own ones, and so are for those who may read what is the enterprise's alone.
    bool const list = route.act == registry::Act::RecordRead && route.cost == Cost::Scan && route.body == Body::None;
    auto const act = list ? registry::Act::TemplateRead : route.act;
    json roles = json::array();
    for (auto const role : {registry::Role::operator_, registry::Role::viewer, registry::Role::station,
                            registry::Role::partner, registry::Role::platform_admin, registry::Role::security_admin}) {
        registry::Principal principal;
        principal.id = "pr_1";
        if (!registry::is_platform(role)) principal.enterprise = "en_1";
        principal.roles = {role};
        if (registry::may_ever(principal, act)) roles.push_back(registry::word(role));
    }
    return registry::may_ever({}, act) ? R"(["anyone"])" : roles.dump();
}

// "get /v1/codes act=code.allocate cost=scan key=ignored surface=v1 roles=[...]"
std::set<std::string> operations_of_the_table() {
    std::set<std::string> out;
    for (auto const& route : routes()) {
        std::string path(route.path);
        bool const greedy = path.find("...}") != std::string::npos;
        if (greedy) path.erase(path.find("...}"), 3);
        out.insert(to_lower_ascii(net::name(route.method)) + " " + path +
                   " act=" + std::string(registry::name(route.act)) + " cost=" + std::string(name(route.cost)) +
                   " key=" + std::string(name(route.key)) + " surface=" + std::string(name(route.surface)) +
                   (greedy ? " greedy" : "") + (route.body == Body::None ? "" : " limit=" + limit_of(route.body)) +
                   " roles=" + roles_of(route));
    }
    return out;
}

std::set<std::string> operations_of(json const& paths) {
    std::set<std::string> out;
    for (auto const& [path, methods] : paths.items())
        for (auto const& [method, operation] : methods.items())
            out.insert(method + " " + path + " act=" + operation.at("x-ingot-act").get<std::string>() +
                       " cost=" + operation.at("x-ingot-cost").get<std::string>() +
                       " key=" + operation.at("x-ingot-idempotency").get<std::string>() +
                       " surface=" + operation.at("x-ingot-surface").get<std::string>() +
                       (operation.value("x-ingot-greedy", false) ? " greedy" : "") +
                       (operation.contains("requestBody") ? " limit=" + operation.at("x-ingot-limit").dump() : "") +
                       " roles=" + operation.at("x-ingot-roles").dump());
    return out;
}

json parts_paths() {
    json paths = json::object();
    for (auto const& part : openapi_parts().subspan(1)) paths.update(json::parse(part.json)["paths"], true);
    return paths;
}

std::string list_of(std::set<std::string> const& a, std::set<std::string> const& b) {
    std::string out;
    for (auto const& line : a)
        if (!b.contains(line)) out += "\n  " + line;
    return out;
}

TEST(OpenApi, SaysOfEveryRouteWhatTheTableSaysAndNothingElse) {
    auto const table = operations_of_the_table();
    auto const parts = operations_of(parts_paths());
    EXPECT_EQ(list_of(table, parts), "") << "in the table only";
    EXPECT_EQ(list_of(parts, table), "") << "in the document only";
    auto const document = json::parse(*openapi_document("", ""));
    EXPECT_EQ(operations_of(document["paths"]), table);
}

TEST(OpenApi, CarriesTheFilesAsTheyAre) {
    size_t files = 0;
    for (auto const& entry : fs::directory_iterator(openapi_folder())) {
        if (entry.path().extension() != ".json") continue;
        ++files;
        std::stringstream bytes;
        bytes << std::ifstream(entry.path()).rdbuf();
        auto const parts = openapi_parts();
        auto const found = std::find_if(parts.begin(), parts.end(),
                                        [&](auto const& part) { return part.name == entry.path().stem().string(); });
        ASSERT_NE(found, parts.end()) << entry.path() << ": run api/openapi/embed.py";
        EXPECT_TRUE(found->json == bytes.str()) << entry.path() << ": run api/openapi/embed.py";
    }
    EXPECT_EQ(files, openapi_parts().size());
}

TEST(OpenApi, EveryOperationIsFullyDescribed) {
    auto const document = json::parse(*openapi_document("", "https://node.example:8443"));
    EXPECT_EQ(document["openapi"], "3.1.0");
    EXPECT_EQ(document["servers"][0]["url"], "https://node.example:8443");
    std::set<std::string> ids;
    for (auto const& [path, methods] : document["paths"].items())
        for (auto const& [method, operation] : methods.items()) {
            SCOPED_TRACE(method + " " + path);
            EXPECT_TRUE(ids.insert(operation.at("operationId").get<std::string>()).second) << "operationId twice";
            EXPECT_FALSE(operation.at("summary").get<std::string>().empty());
            EXPECT_FALSE(operation.at("x-ingot-summary-zh").get<std::string>().empty());
            EXPECT_EQ(operation["responses"].contains("408"), operation.contains("requestBody"));
            bool error_example = false;
            for (auto const& [status, answer] : operation["responses"].items()) {
                auto const shown = answer.value("content", json::object()).value("application/json", json::object());
                bool const wanted = status[0] == '2' && operation["x-ingot-surface"] != "handle" && !shown.empty();
                EXPECT_TRUE(!wanted || shown.contains("example") || shown.contains("examples")) << status;
                auto const content =
                    answer.value("content", json::object()).value("application/problem+json", json::object());
                if (!content.contains("example")) continue;
                error_example = true;
                auto const code = code_of_slug(content["example"]["code"].get<std::string>());
                ASSERT_TRUE(code) << status;
                EXPECT_EQ(std::to_string(status_of(*code)), status);
                EXPECT_EQ(content["example"]["status"], status_of(*code));
            }
            EXPECT_TRUE(error_example || operation["responses"].contains("307")) << "no example of an error";
        }
}

TEST(OpenApi, GivesTheHandleSurfaceByItself) {
    auto const document = openapi_document("handle", "");
    ASSERT_TRUE(document);
    auto const paths = json::parse(*document)["paths"];
    for (auto const& [path, methods] : paths.items()) EXPECT_TRUE(path.starts_with("/api/")) << path;
    EXPECT_EQ(paths.size(), 2u);
    EXPECT_FALSE(openapi_document("snms", ""));
}

}  // namespace
}  // namespace ingot::api
