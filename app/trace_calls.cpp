#include <unistd.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/capture_file.hpp"
#include "app/client_calls.hpp"
#include "app/demo.hpp"
#include "app/trace_table.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

using Json = nlohmann::json;

// A line that is written over while a terminal looks, and not at all into a log.
void show_progress(std::string const& line) {
    if (isatty(STDERR_FILENO)) std::cerr << "\r\033[K" << line << std::flush;
}

void end_progress() {
    if (isatty(STDERR_FILENO)) std::cerr << "\r\033[K" << std::flush;
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
    std::cout << (json ? answer->body + "\n" : trace_table(answer->body, size_t(call.rows), speaks_chinese()));
    return kDone;
}

}  // namespace

int capture_events(NodeAddress const& address, CaptureCall const& call, bool json) {
    std::ifstream file;
    std::stringstream standard_input;
    if (call.file == "-") {
        standard_input << std::cin.rdbuf();
    } else {
        file.open(call.file, std::ios::binary);
        if (!file) {
            std::cerr << "ingot: cannot read " << call.file << "\n";
            return kUsage;
        }
    }
    std::istream& input = call.file == "-" ? static_cast<std::istream&>(standard_input) : file;
    auto node = NodeClient::open(address);
    if (!node) return report(node.error());

    CaptureOptions options;
    options.rollback = call.rollback;
    options.tolerant = call.tolerant;
    options.progress = [](CaptureCounts const& counts) {
        show_progress(std::to_string(counts.stored) + " stored, " + std::to_string(counts.duplicate) + " duplicate, " +
                      std::to_string(counts.refused) + " refused");
    };
    uint64_t told = 0;
    options.refused = [&](uint64_t place, std::string const& said) {
        if (++told <= 20) std::cerr << "event " << place + 1 << ": " << said << "\n";
    };
    if (input.peek() == std::istream::traits_type::eof()) {
        std::cerr << "ingot: " << call.file << " is empty; it should hold EPCIS 2.0 JSON or one event a line\n";
        return kUsage;
    }
    bool ndjson = looks_like_ndjson(input);
    auto counts = capture_stream(*node, input, ndjson, options);
    end_progress();
    if (!counts) return report(counts.error());
    if (told > 20) std::cerr << "… and " << told - 20 << " more\n";
    if (json)
        std::cout
            << Json({{"stored", counts->stored}, {"duplicate", counts->duplicate}, {"refused", counts->refused}}).dump()
            << "\n";
    else
        std::cout << "stored " << counts->stored << ", duplicate " << counts->duplicate << ", refused "
                  << counts->refused << "\n";
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

int run_demo(NodeAddress const& address, DemoCall const& call) {
    DemoOptions options;
    options.days = call.days;
    options.prefix = call.prefix;
    options.today = SystemClock().now();
    int last_percent = -1;
    options.progress = [&](std::string const& step, double done) {
        int percent = int(done * 100);
        if (isatty(STDERR_FILENO))
            show_progress("demo: " + step + " " + std::to_string(percent) + " %");
        else if (percent / 10 != last_percent / 10 || last_percent < 0)
            std::cerr << "demo: " << step << " " << percent << " %\n";
        last_percent = percent;
    };
    auto loaded = load_demo(address, call.operator_key_file, options);
    end_progress();
    if (!loaded) return report(loaded.error());
    std::cout << (loaded->already_loaded ? "the demo plant is already loaded\n" : "the demo plant is loaded\n")
              << "  codes " << loaded->codes << ", events " << loaded->events << "\n"
              << "  first truck   " << loaded->first_truck << "\n"
              << "  last bundle   " << loaded->last_bundle << "\n"
              << "  operator key  " << call.operator_key_file << "\n";
    return kDone;
}

}  // namespace ingot::app
