#include <fstream>
#include <iostream>
#include <sstream>

#include "app/capture_file.hpp"
#include "app/client_calls.hpp"
#include "app/demo.hpp"
#include "app/json_member.hpp"
#include "app/language.hpp"
#include "app/plant.hpp"
#include "app/progress.hpp"
#include "app/trace_table.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

constexpr uint64_t kRefusalsShown = 20;

int complain(std::string const& en, std::string const& zh) { return report(Error{Code::Usage, en, zh}); }

// The whole of an input whose size and start a file does not tell: standard input.
struct Input {
    std::ifstream file;
    std::stringstream standard;
    uint64_t bytes = 0;
    bool ndjson = false;
    std::istream* stream = &file;
};

Result<void> open_input(std::string const& name, Input& input) {
    if (name == "-") {
        input.standard << std::cin.rdbuf();
        input.standard.clear();
        input.stream = &input.standard;
    } else {
        input.file.open(name, std::ios::binary);
        input.file.peek();  // a folder opens, and cannot be read
        if (input.file.bad() || !input.file.is_open())
            return fail(Code::Usage, "cannot read " + name + "; name a file of EPCIS 2.0 JSON, or - for standard input",
                        "无法读取 " + name + "；请指定 EPCIS 2.0 JSON 文件，或用 - 表示标准输入");
        input.file.clear();
    }
    input.stream->seekg(0, std::ios::end);
    input.bytes = uint64_t(std::max<std::streamoff>(0, input.stream->tellg()));
    input.stream->clear();
    input.stream->seekg(0);
    if (input.bytes == 0)
        return fail(Code::Usage, name + " is empty; it should hold EPCIS 2.0 JSON or one event a line",
                    name + " 是空的；应为 EPCIS 2.0 JSON，或每行一个事件");
    input.ndjson = name.ends_with(".ndjson") || name.ends_with(".jsonl") || looks_like_ndjson(*input.stream);
    return {};
}

std::string counts_text(CaptureCounts const& counts) {
    auto n = [](uint64_t count) { return std::to_string(count); };
    std::string out = say("stored ", "已存 ") + n(counts.stored) + say(", duplicate ", "，重复 ") +
                      n(counts.duplicate) + say(", refused ", "，拒绝 ") + n(counts.refused);
    if (counts.taken_back > 0) out += say(", not stored with them ", "，随之未存 ") + n(counts.taken_back);
    return out;
}

std::string trace_target(char const* direction, TraceCall const& call) {
    std::string target = std::string("/v1/trace/") + direction + "?start=" + percent_encode(call.identifier, "/");
    auto add = [&](char const* name, std::string const& value) {
        target += std::string("&") + name + "=" + percent_encode(value);
    };
    if (!call.basis.empty()) add("basis", call.basis);
    if (!call.as_of.empty()) add("as_of", call.as_of);
    if (call.theta) add("theta", *call.theta);
    if (call.depth) add("max_depth", std::to_string(*call.depth));
    if (call.max_nodes) add("max_nodes", std::to_string(*call.max_nodes));
    if (call.timeout_ms) add("timeout_ms", std::to_string(*call.timeout_ms));
    return target;
}

int trace_one(NodeClient& node, char const* direction, TraceCall const& call, bool json) {
    auto answer = node.send("GET", trace_target(direction, call));
    if (!answer) return report(answer.error());
    if (answer->status != 200) return report(*answer);
    std::cout << (json ? answer->body + "\n" : trace_table(answer->body, size_t(call.rows)));
    return kDone;
}

}  // namespace

int capture_events(NodeAddress const& address, CaptureCall const& call, bool json) {
    Input input;
    if (auto opened = open_input(call.file, input); !opened) return report(opened.error());
    auto node = NodeClient::open(address);
    if (!node) return report(node.error());

    Progress progress;
    CaptureOptions options;
    options.rollback = call.rollback;
    options.tolerant = call.tolerant;
    options.progress = [&](CaptureCounts const& counts) {
        progress.show(percent_of(counts.bytes, input.bytes) + "  " + counts_text(counts));
    };
    uint64_t told = 0;
    options.refused = [&](Refusal const& refusal) {
        if (++told > kRefusalsShown) return;
        progress.clear();
        std::cerr << call.file << ": " << refusal_line(refusal) << "\n";
    };
    auto counts = capture_stream(*node, *input.stream, input.ndjson, options);
    progress.clear();
    if (told > kRefusalsShown) {
        std::string const more = std::to_string(told - kRefusalsShown);
        std::cerr << say("… and " + more + " more refused events", "……另有 " + more + " 个事件被拒绝") << "\n";
    }
    if (!counts) return report(counts.error());
    if (json)
        std::cout
            << Json({{"stored", counts->stored}, {"duplicate", counts->duplicate}, {"refused", counts->refused}}).dump()
            << "\n";
    else
        std::cout << counts_text(*counts) << "\n";
    return counts->refused > 0 ? kNo : kDone;
}

int trace_lot(NodeAddress const& address, TraceCall const& call, bool json) {
    auto node = NodeClient::open(address);
    if (!node) return report(node.error());
    if (!call.down)
        if (int code = trace_one(*node, "upstream", call, json); code != kDone) return code;
    if (call.up) return kDone;
    if (!call.down && !json) std::cout << "\n";
    return trace_one(*node, "downstream", call, json);
}

int generate_events(GenerateCall const& call) {
    std::ofstream to_file;
    if (call.file != "-") {
        to_file.open(call.file, std::ios::binary | std::ios::trunc);
        if (!to_file) return complain("cannot write " + call.file, "无法写入 " + call.file);
    }
    std::ostream& out = call.file == "-" ? std::cout : to_file;
    PlantSpelling spelling;
    spelling.prefix = call.prefix;
    spelling.host = call.host;
    Progress progress;
    uint64_t events = 0;
    generate_plant(call.days, [&](PlantEvent const& event) {
        out << plant_event_json(event, ++events, spelling) << '\n';
        if (events % 1000 == 0) progress.show(percent_of(uint64_t(event.day), uint64_t(call.days)));
        return bool(out);
    });
    out.flush();
    progress.clear();
    if (!out) return complain("writing " + call.file + " failed", "写入 " + call.file + " 失败");
    std::string const n = std::to_string(events), days = std::to_string(call.days);
    std::cerr << "ingot: " << say(n + " events of " + days + " days", days + " 天的 " + n + " 个事件") << "\n";
    return kDone;
}

int run_demo(NodeAddress const& address, DemoCall const& call, bool json) {
    Progress progress;
    DemoOptions options;
    options.days = call.days;
    options.prefix = call.prefix;
    options.today = SystemClock().now();
    options.progress = [&](std::string const& day, double done) {
        progress.show(say("loading the demo plant: ", "正在载入演示工厂：") + day + "  " +
                      percent_of(uint64_t(done * 1000), 1000));
    };
    auto loaded = load_demo(address, call.operator_key_file, options);
    progress.clear();
    if (!loaded) return report(loaded.error());
    if (json) {
        std::cout << Json({{"alreadyLoaded", loaded->already_loaded},
                           {"codes", loaded->codes},
                           {"events", loaded->events},
                           {"firstTruck", loaded->first_truck},
                           {"lastBundle", loaded->last_bundle},
                           {"operatorKey", call.operator_key_file}})
                         .dump()
                  << "\n";
        return kDone;
    }
    std::cout << (loaded->already_loaded ? say("the demo plant is loaded already", "演示工厂此前已载入")
                                         : say("the demo plant is loaded", "演示工厂已载入"))
              << "\n"
              << say("  codes         ", "  编码          ") << loaded->codes << "\n"
              << say("  events        ", "  事件          ") << loaded->events << "\n"
              << say("  first truck   ", "  第一车原料    ") << loaded->first_truck << "\n"
              << say("  last bundle   ", "  最后一捆产品  ") << loaded->last_bundle << "\n"
              << say("  operator key  ", "  操作员密钥    ") << call.operator_key_file << "\n";
    return kDone;
}

}  // namespace ingot::app
