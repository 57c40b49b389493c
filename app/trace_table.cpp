#include "app/trace_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace ingot::app {
namespace {

using Json = nlohmann::json;

struct Words {
    char const *from, *into, *basis, *as_of, *head, *resolved, *unknown, *masked, *limit, *pruned, *more, *gap, *cut,
        *assumed;
};

constexpr Words kEnglish = {"came from",
                            "went into",
                            "basis",
                            "as of",
                            "share",
                            "resolved",
                            "unknown",
                            "masked",
                            "beyond limit",
                            "pruned",
                            "more lots",
                            "not known",
                            "the walk stopped at its limit; ask with a larger --max-nodes or --timeout",
                            "of that on another basis or by estimate, because the events do not state this one:"};
constexpr Words kChinese = {"来源",
                            "去向",
                            "基准",
                            "截至",
                            "占比",
                            "已追到",
                            "不明",
                            "无权",
                            "未追",
                            "剪枝",
                            "个批次未列出",
                            "无法追到",
                            "已到限额，请加大 --max-nodes 或 --timeout",
                            "其中按其他基准或估算（事件未给出该基准）："};

double number(Json const& object, char const* name) {
    auto found = object.find(name);
    return found != object.end() && found->is_number() ? found->get<double>() : 0.0;
}

std::string text(Json const& object, char const* name) {
    auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A bar of eight cells, each cut into eighths.
std::string bar(double share) {
    static constexpr std::array kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int eighths = std::clamp(int(std::lround(share * 64)), share > 0 ? 1 : 0, 64);
    std::string out;
    for (int i = 0; i < eighths / 8; ++i) out += "█";
    out += kEighths[size_t(eighths % 8)];
    int cells = eighths / 8 + (eighths % 8 ? 1 : 0);
    return out + std::string(size_t(8 - cells), ' ');
}

std::string percent(double share) {
    char out[32];
    if (share > 0 && share < 0.0001)
        std::snprintf(out, sizeof out, "%9.2e", share);
    else
        std::snprintf(out, sizeof out, "%7.3f %%", share * 100);
    return out;
}

std::string day(Json const& node) {
    std::string time = text(node, "last_time");
    if (time.size() < 16) return std::string(16, ' ');
    return time.substr(0, 10) + " " + time.substr(11, 5);
}

std::string mass(Json const& node) {
    if (node.contains("mass_kg")) return grouped(number(node, "mass_kg"), 1) + " kg";
    if (node.contains("quantity")) return grouped(number(node, "quantity"), 1) + " " + text(node, "uom");
    return "";
}

std::string row(Json const& node, bool down) {
    double share = number(node, down ? "exposure" : "share");
    std::string line = "  " + percent(share) + " " + bar(share) + " ";
    std::string amount = mass(node);
    line += std::string(amount.size() < 16 ? 16 - amount.size() : 0, ' ') + amount;
    char hops[16];
    std::snprintf(hops, sizeof hops, " %4d  ", int(number(node, "hops")));
    line += hops + day(node) + "  " + text(node, "id");
    if (std::string end = text(node, "terminal"); !end.empty()) line += "  (" + end + ")";
    if (down && number(node, "on_hand_kg") > 0) line += "  [" + grouped(number(node, "on_hand_kg"), 1) + " kg on hand]";
    return line + "\n";
}

std::string closure_line(Json const& answer, Words const& words) {
    Json closure = answer.value("closure", Json::object());
    auto part = [&](char const* word, char const* name) {
        double value = number(closure, name);
        char digits[32];
        std::snprintf(digits, sizeof digits, value > 0 && value < 0.0001 ? "%.3e" : "%.6g", value);
        return std::string(word) + " " + digits;
    };
    return "  " + part(words.resolved, "resolved") + " · " + part(words.unknown, "unknown") + " · " +
           part(words.masked, "masked") + " · " + part(words.limit, "beyond_limit") + " · " +
           part(words.pruned, "pruned") + "\n";
}

}  // namespace

std::string grouped(double value, int digits) {
    char raw[64];
    std::snprintf(raw, sizeof raw, "%.*f", digits, value);
    std::string out = raw;
    if (out.find('.') != std::string::npos) {
        out.erase(out.find_last_not_of('0') + 1);
        if (out.back() == '.') out.pop_back();
    }
    size_t end = std::min(out.find('.'), out.size()), first = out[0] == '-' ? 1 : 0;
    for (size_t at = end; at > first + 3;) out.insert(at -= 3, 1, ',');
    return out;
}

std::string trace_table(std::string_view answer_text, size_t rows, bool chinese) {
    Words const& words = chinese ? kChinese : kEnglish;
    Json answer = Json::parse(answer_text);
    bool down = text(answer, "kind") == "downstream";
    std::string out;
    for (Json const& start : answer.value("start", Json::array())) {
        out += text(start, "id") + " " + (down ? words.into : words.from);
        if (start.contains("quantity_kg")) out += "  " + grouped(number(start, "quantity_kg"), 1) + " kg";
        out += "\n";
    }
    out += std::string("  ") + words.basis + " " + text(answer.value("query", Json::object()), "basis") + ", " +
           words.as_of + " " + text(answer, "as_of") + "\n\n";
    Json const nodes = answer.value("nodes", Json::array());
    for (size_t i = 0; i < nodes.size() && i < rows; ++i) out += row(nodes[i], down);
    bool const further = answer.contains("next") && answer["next"].is_string();  // the node has more pages
    if (nodes.size() > rows || further)
        out += "  … " + std::to_string(nodes.size() - std::min(rows, nodes.size())) + (further ? "+ " : " ") +
               words.more + "\n";
    out += "\n";
    for (Json const& gap : answer.value("gaps", Json::array())) {
        out += "  " + percent(number(gap, "share")) + "  " + words.gap + ": " + text(gap, "reason");
        if (std::string id = text(gap, "id"); !id.empty()) out += " (" + id + ")";
        out += "\n";
    }
    out += closure_line(answer, words);
    if (double assumed = number(answer.value("quality", Json::object()), "assumed"); assumed > 1e-9)
        out += std::string("  ") + words.assumed + " " + percent(assumed) + "\n";
    if (answer.value("truncated", false)) out += std::string("  ") + words.cut + "\n";
    return out;
}

}  // namespace ingot::app
