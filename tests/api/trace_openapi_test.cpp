// The description of the trace routes against real answers: each example is asked again, each parameter is accepted.
#include "api/json_reader.hpp"
#include "api/openapi_document.hpp"
#include "tests/api/trace_fixture.hpp"

namespace ingot {
namespace {

class TraceOpenApi : public ::testing::Test {
  protected:
    static Json document() { return Json::parse(*api::openapi_document("", "")); }

    TraceNode node;
    void SetUp() override {
        node.say_the_diamond();
        node.say({"V+ F[fifo] Z:30000", "V- F > T:10000"});
    }

    // Every operation of the trace routes with its path.
    static std::vector<std::tuple<std::string, std::string, Json>> operations() {
        std::vector<std::tuple<std::string, std::string, Json>> out;
        Json const paths = document()["paths"];
        for (auto const& [path, methods] : paths.items()) {
            for (auto const& [method, operation] : methods.items()) {
                if (operation["tags"][0] == "trace") out.emplace_back(path, method, operation);
            }
        }
        return out;
    }

    // What differs from call to call is left out.
    static void strip(Json& answer) {
        if (answer.is_object()) {
            for (char const* member : {"elapsed_ms", "queue_ms", "instance", "requestId"}) answer.erase(member);
        }
        if (!answer.is_structured()) return;
        for (auto& inside : answer) strip(inside);
    }
};

TEST_F(TraceOpenApi, EveryExampleIsWhatTheNodeAnswers) {
    size_t replayed = 0;
    Json real = Json::object();
    for (auto const& [path, method, operation] : operations()) {
        for (auto const& [status, target] : operation.at("x-ingot-replay").items()) {
            SCOPED_TRACE(method + " " + target.get<std::string>());
            std::string body;
            if (method == "post") body = operation["requestBody"]["content"]["application/json"]["example"].dump();
            Got const got = node.ask(target, nullptr, body);
            EXPECT_EQ(std::to_string(got.status), status) << got.body;
            Json answer = Json::parse(got.body);
            real[(method == "post" ? "POST " : "") + target.get<std::string>()] = answer;
            Json const content = operation["responses"][status]["content"];
            Json example = content[status == "200" ? "application/json" : "application/problem+json"]["example"];
            strip(answer);
            strip(example);
            EXPECT_EQ(answer, example);
            ++replayed;
        }
    }
    EXPECT_GE(replayed, 24u);
    if (HasFailure()) std::printf("REAL %s\n", real.dump().c_str());
}

// A parameter nobody knows is refused with the list of those that are: the same as the description lists.
TEST_F(TraceOpenApi, ListsExactlyTheParametersTheRoutesKnow) {
    for (auto const& [path, method, operation] : operations()) {
        if (method != "get") continue;
        SCOPED_TRACE(path);
        std::set<std::string> listed, known;
        for (auto const& parameter : operation["parameters"]) {
            if (parameter["in"] == "query") listed.insert(api::fold_name(parameter["name"].get<std::string>()));
        }
        std::string target = operation["x-ingot-replay"]["200"];
        target += (target.find('?') == std::string::npos ? "?" : "&") + std::string("nonsense=1");
        Json const problem = Json::parse(node.ask(target).body);
        EXPECT_EQ(problem["code"], "unknown-parameter");
        std::string const detail = problem["detail"];
        std::istringstream in(detail.substr(detail.find("known are: ") + 11));
        for (std::string word; std::getline(in, word, ',');) {
            word.erase(0, word.find_first_not_of(' '));
            known.insert(api::fold_name(word));
        }
        if (path == "/v1/lots/{prefix}/{suffix}") known.erase("id");  // the path says it
        EXPECT_EQ(listed, known);
    }
}

// Without a parameter that is said to be required, the call is refused; without any other it is not.
TEST_F(TraceOpenApi, RequiredParametersAreThoseACallCannotDoWithout) {
    std::map<std::string, std::set<std::string>> required;
    for (auto const& [path, method, operation] : operations()) {
        if (method != "get") continue;
        for (auto const& parameter : operation["parameters"]) {
            if (parameter["in"] == "query" && parameter["required"]) required[path].insert(parameter["name"]);
        }
    }
    EXPECT_EQ(required,
              (std::map<std::string, std::set<std::string>>{
                  {"/v1/trace/explain", {"from", "to"}}, {"/v1/lots", {"id"}}, {"/v1/vessels", {"campaign"}}}));
    for (char const* target : {"/v1/trace/explain?from=88.999.1/A", "/v1/trace/explain?to=88.999.1/A", "/v1/lots",
                               "/v1/vessels", "/v1/trace/upstream"}) {
        EXPECT_EQ(node.ask(target).status, 400) << target;
    }
}

// Numbers are accepted up to their stated bounds and refused one past them.
TEST_F(TraceOpenApi, BoundsAreTheOnesInForce) {
    for (auto const& [path, method, operation] : operations()) {
        if (method != "get") continue;
        for (auto const& parameter : operation["parameters"]) {
            Json const schema = parameter["schema"];
            if (schema["type"] != "integer") continue;
            std::string base = operation["x-ingot-replay"]["200"];
            base += (base.find('?') == std::string::npos ? "?" : "&") + parameter["name"].get<std::string>() + "=";
            uint64_t const least = schema["minimum"], most = schema["maximum"];
            for (auto const& [value, status] :
                 {std::pair(least, 200), std::pair(most, 200), std::pair(least - 1, 400), std::pair(most + 1, 400)}) {
                EXPECT_EQ(node.ask(base + std::to_string(value)).status, status) << base << value;
            }
        }
    }
}

}  // namespace
}  // namespace ingot
