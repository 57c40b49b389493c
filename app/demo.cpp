#include "app/demo.hpp"

#include <unistd.h>

#include <map>
#include <sstream>
#include <unordered_map>

#include "app/capture_file.hpp"
#include "app/json_member.hpp"
#include "app/key_file.hpp"
#include "app/language.hpp"
#include "app/plant.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

constexpr char const* kProfile = "plant-demo";
constexpr size_t kEventsARequest = 200;

// What the lots of a series are called in the coding profile.
struct Naming {
    char const* product_class;
    char const* product;
    char const* grade;  // text of the public record; nullptr = no record
};
std::map<std::string, Naming> const kNamings = {
    {"R", {"RM", "PBCONC", nullptr}},     {"P", {"MT", "PBPILE", nullptr}},     {"H", {"BT", "FURNACE1", nullptr}},
    {"K", {"BT", "KETTLE1", nullptr}},    {"Z", {"PD", "PB99994", "Pb99.994"}}, {"SC", {"SC", "PBDROSS", nullptr}},
    {"POOL", {"MT", "RETURNS", nullptr}},
};

// The node's refusal, with what was being done before it.
Error said(Said const& act, NodeAnswer const& answer) {
    Error error = to_error(answer);
    error.detail = act.en + ": " + error.detail;
    error.detail_zh = act.zh + "：" + error.detail_zh;
    return error;
}

std::string date_text(Time start, int day) { return format_time(start + std::chrono::days(day), 0).substr(0, 10); }

class Demo {
  public:
    Demo(NodeAddress address, std::string operator_key_file, DemoOptions const& options)
        : address_(std::move(address)), key_file_(std::move(operator_key_file)), options_(options) {}

    Result<DemoResult> run() {
        if (auto made = make_enterprise(); !made) return fail(made.error());
        auto plant = NodeClient::open({address_.url, address_.ca_file, key_file_});
        if (!plant) return fail(plant.error());
        if (auto known = find_or_make_state(*plant); !known) return fail(known.error());
        if (!result_.already_loaded) {
            if (auto stored = store_profile(*plant); !stored) return fail(stored.error());
            if (auto loaded = load_days(*plant); !loaded) return fail(loaded.error());
            if (auto done = finish(*plant); !done) return fail(done.error());
        }
        return result_;
    }

  private:
    Result<void> make_enterprise() {
        if (::access(key_file_.c_str(), R_OK) == 0) return {};
        auto admin = NodeClient::open(address_);
        if (!admin) return fail(admin.error());
        Json prefix = {{"prefix", options_.prefix}, {"name", options_.name}};
        auto made = admin->send("POST", "/v1/prefixes", prefix.dump(), "application/json", fresh_key());
        if (!made) return fail(made.error());
        if (made->status >= 300 && made->status != 409)
            return fail(said({"registering the prefix", "登记前缀"}, *made));
        auto file = KeyFile::create(key_file_);
        if (!file) return fail(file.error());
        Json credential = {{"role", "operator"}, {"prefix", options_.prefix}, {"name", "demo operator"}};
        auto key = admin->send("POST", "/v1/credentials", credential.dump(), "application/json", fresh_key());
        if (!key) return fail(key.error());
        if (key->status >= 300) return fail(said({"making the operator's key", "创建操作员密钥"}, *key));
        return file->keep(text(Json::parse(key->body), "key"));
    }

    std::string state_target() const { return "/v1/identifiers/" + options_.prefix + "/DEMO-PLANT"; }

    // The record DEMO-PLANT holds the first day and, when everything is there, what is worth tracing.
    Result<void> find_or_make_state(NodeClient& plant) {
        auto found = plant.send("GET", state_target());
        if (!found) return fail(found.error());
        if (found->status == 200) return read_state(found->body);
        if (found->status != 404) return fail(said({"looking for an earlier run", "查找之前的运行"}, *found));
        start_ = std::chrono::floor<std::chrono::days>(options_.today) - std::chrono::days(options_.days);
        Json body = {{"identifier", options_.prefix + "/DEMO-PLANT"}, {"values", state_values(false)}};
        auto made = plant.send("POST", "/v1/identifiers", body.dump(), "application/json", fresh_key());
        if (!made) return fail(made.error());
        if (made->status >= 300) return fail(said({"registering the demo's own record", "登记演示记录"}, *made));
        return {};
    }

    Json state_values(bool done) const {
        Json values = Json::array();
        auto add = [&](int index, char const* type, std::string const& value) {
            values.push_back({{"index", index}, {"type", type}, {"data", {{"format", "string"}, {"value", value}}}});
        };
        add(1, "DEMO_START", date_text(start_, 0));
        add(2, "DEMO_DAYS", std::to_string(options_.days));
        if (done) {
            add(3, "DEMO_FIRST_TRUCK", result_.first_truck);
            add(4, "DEMO_LAST_BUNDLE", result_.last_bundle);
            add(5, "DEMO_CODES", std::to_string(result_.codes));
            add(6, "DEMO_EVENTS", std::to_string(result_.events));
        }
        return values;
    }

    Result<void> read_state(std::string const& body) {
        std::map<std::string, std::string> state;
        for (Json const& value : Json::parse(body).value("values", Json::array()))
            state[value.at("type").get<std::string>()] = value.at("data").at("value").get<std::string>();
        auto start = parse_time(state["DEMO_START"] + "T00:00:00Z");
        if (!start)
            return fail(Code::Usage,
                        "the record " + options_.prefix + "/DEMO-PLANT is not the demo's; give --prefix another",
                        "记录 " + options_.prefix + "/DEMO-PLANT 不是演示程序的；请用 --prefix 换用其他前缀");
        start_ = *start;
        options_.days = std::stoi(state["DEMO_DAYS"]);
        result_.already_loaded = state.count("DEMO_LAST_BUNDLE") > 0;
        if (result_.already_loaded) {
            result_.first_truck = state["DEMO_FIRST_TRUCK"];
            result_.last_bundle = state["DEMO_LAST_BUNDLE"];
            result_.codes = std::stoull(state["DEMO_CODES"]);
            result_.events = std::stoull(state["DEMO_EVENTS"]);
        }
        return {};
    }

    // The shipped profile, but with business dates a year back.
    Result<void> store_profile(NodeClient& plant) {
        Json classes = {
            {"RM", "原料/精矿"}, {"MT", "中间物料"}, {"BT", "炉次/批次"}, {"PD", "产品锭卷"}, {"SC", "废料"}};
        Json serial_scope = {"class", "product", "date"};
        Json profile = {
            {"profile", kProfile},
            {"version", 1},
            {"prefix", options_.prefix},
            {"separator", "."},
            {"segments",
             {{{"name", "class"}, {"kind", "enum"}, {"values", classes}},
              {{"name", "product"}, {"kind", "text"}, {"charset", "alnum-upper-dash"}, {"min", 1}, {"max", 20}},
              {{"name", "date"}, {"kind", "date"}, {"format", "yyyymmdd"}},
              {{"name", "serial"},
               {"kind", "counter"},
               {"width", 6},
               {"base", 10},
               {"start", 1},
               {"scope", serial_scope}}}},
            {"check", {{"algorithm", "iso7064-mod37-36"}, {"join", "-"}, {"over", "identifier"}, {"mode", "required"}}},
            {"timezone", "Asia/Shanghai"},
            {"dateBack", 366},
            {"dateForward", 14},
            {"overflow", "refuse"},
            {"freeForm", true}};
        std::string target = std::string("/v1/coding-profiles/") + kProfile + "/1";
        auto stored = plant.send("PUT", target, profile.dump(), "application/json", fresh_key());
        if (!stored) return fail(stored.error());
        if (stored->status >= 300 && stored->status != 409 && stored->status != 428)
            return fail(said({"storing the coding profile", "保存编码规则"}, *stored));
        return {};
    }

    Result<void> load_days(NodeClient& plant) {
        Result<void> outcome;
        std::vector<PlantEvent> of_day;
        int day = 0;
        generate_plant(options_.days, [&](PlantEvent const& event) {
            if (event.day != day) {
                outcome = load_day(plant, day, of_day);
                of_day.clear();
                day = event.day;
            }
            of_day.push_back(event);
            return outcome.has_value();
        });
        if (outcome) outcome = load_day(plant, day, of_day);
        if (outcome) outcome = send_events(plant);
        return outcome;
    }

    Result<void> load_day(NodeClient& plant, int day, std::vector<PlantEvent> const& events) {
        std::map<std::string, std::vector<PlantLot>> by_series;
        for (auto const& event : events)
            for (auto const& output : event.outputs) by_series[output.lot.series].push_back(output.lot);
        for (auto const& [series, lots] : by_series)
            if (auto coded = code_lots(plant, day, series, lots); !coded) return coded;
        PlantSpelling spelling;
        spelling.prefix = options_.prefix;
        spelling.host = "ingot.example";
        spelling.start = start_;
        spelling.suffix = [this](PlantLot const& lot) { return suffixes_.at(lot.name); };
        for (auto const& event : events) {
            pending_ << plant_event_json(event, ++result_.events, spelling) << '\n';
            if (++pending_count_ == kEventsARequest)
                if (auto sent = send_events(plant); !sent) return sent;
        }
        if (options_.progress) options_.progress(date_text(start_, day), double(day + 1) / options_.days);
        return {};
    }

    // One call for all lots of a series on one day. Its key is made from what it asks, so a second run gets the same
    // codes.
    Result<void> code_lots(NodeClient& plant, int day, std::string const& series, std::vector<PlantLot> const& lots) {
        Naming const& naming = kNamings.at(series);
        std::string date = date_text(start_, day);
        Json body = {{"prefix", options_.prefix},
                     {"profile", kProfile},
                     {"values", {{"class", naming.product_class}, {"product", naming.product}, {"date", date}}},
                     {"count", lots.size()}};
        if (naming.grade != nullptr) body["record"] = {{"2000", naming.grade}};
        auto answer =
            plant.send("POST", "/v1/codes", body.dump(), "application/json", "demo-" + date + "-" + series + "-codes");
        if (!answer) return fail(answer.error());
        if (answer->status != 201) return fail(said({"assigning codes", "分配编码"}, *answer));
        Json codes = Json::parse(answer->body).at("codes");
        for (size_t i = 0; i < lots.size(); ++i) {
            auto code = codes.at(i).get<std::string>();
            suffixes_[lots[i].name] = code.substr(code.find('/') + 1);
            if (lots[i].name == "R100_3" || result_.first_truck.empty()) result_.first_truck = code;
            if (series == "Z") result_.last_bundle = code;
        }
        result_.codes += lots.size();
        return {};
    }

    Result<void> send_events(NodeClient& plant) {
        CaptureOptions options;
        options.events_a_request = kEventsARequest;
        std::string refusal;
        options.refused = [&](Refusal const& refused) { refusal = refusal_line(refused); };
        std::istringstream lines(pending_.str());
        auto counts = capture_stream(plant, lines, true, options);
        pending_.str("");
        pending_count_ = 0;
        if (!counts) return fail(counts.error());
        if (counts->refused > 0)
            return fail(Code::EventInvalid, "the node refused an event of the demo: " + refusal,
                        "节点拒绝了演示的一个事件：" + refusal);
        return {};
    }

    Result<void> finish(NodeClient& plant) {
        auto found = plant.send("GET", state_target());
        if (!found) return fail(found.error());
        Json record = Json::parse(found->body, nullptr, false);
        Json body = {{"values", state_values(true)}};
        auto done = plant.send("PUT", state_target(), body.dump(), "application/json", fresh_key(), "application/json",
                               record.value("etag", ""));
        if (!done) return fail(done.error());
        if (done->status >= 300) return fail(said({"noting that the demo is complete", "记下演示已完成"}, *done));
        return {};
    }

    NodeAddress address_;
    std::string key_file_;
    DemoOptions options_;
    DemoResult result_;
    Time start_{};
    std::unordered_map<std::string, std::string> suffixes_;
    std::ostringstream pending_;
    size_t pending_count_ = 0;
};

}  // namespace

Result<DemoResult> load_demo(NodeAddress const& admin, std::string const& operator_key_file,
                             DemoOptions const& options) {
    return Demo(admin, operator_key_file, options).run();
}

}  // namespace ingot::app
