#include "app/trace_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "app/json_member.hpp"
#include "app/language.hpp"
#include "app/text_table.hpp"

namespace ingot::app {
namespace {

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
        std::snprintf(out, sizeof out, "%.2e", share);
    else
        std::snprintf(out, sizeof out, "%.3f %%", share * 100);
    return out;
}

std::string minute_of(Json const& node) {
    std::string const time = text(node, "last_time");
    return time.size() < 16 ? "" : time.substr(0, 10) + " " + time.substr(11, 5);
}

// The amount called `word`: "mass_kg" of a walk by mass, else a count with its unit.
std::string amount(Json const& object, std::string const& word) {
    std::string const kg = word + "_kg";
    if (object.contains(kg)) return grouped(number(object, kg.c_str()), 1) + " kg";
    bool const whole = word == "mass" || word == "quantity";
    char const* const name = whole ? "quantity" : word.c_str();
    if (!object.contains(name)) return {};
    std::string const unit = text(object, "uom");
    return grouped(number(object, name), 1) + (unit.empty() ? "" : " ") + unit;
}

// Why the walk went no further behind a lot.
std::string end_of(Json const& node) {
    constexpr struct {
        std::string_view word, en, zh;
    } kWords[] = {{"origin", "(origin)", "（源头）"},
                  {"no-origin", "(where it comes from is not recorded)", "（来源未登记）"},
                  {"zero-basis", "(holds nothing on this basis)", "（该基准下数量为零）"}};
    std::string const word = text(node, "terminal");
    for (auto const& known : kWords)
        if (known.word == word) return say(known.en, known.zh);
    return word.empty() ? "" : "(" + word + ")";
}

TextTable make_table(bool down) {
    std::vector<TextTable::Column> columns{{down ? say("IN LOT", "占该批次") : say("SHARE", "占比"), true}, {""}};
    if (down) columns.push_back({say("OF START", "占起点"), true});
    columns.push_back({say("AMOUNT", "数量"), true});
    if (down) columns.push_back({say("ON HAND", "在库"), true});
    columns.push_back({say("STEPS", "步数"), true});
    columns.push_back({say("LAST EVENT", "最近事件")});
    columns.push_back({say("LOT", "批次")});
    columns.push_back({""});
    return TextTable(std::move(columns), "  ");
}

std::vector<std::string> row_of(Json const& node, bool down) {
    double const share = number(node, down ? "exposure" : "share");
    std::vector<std::string> cells{percent(share), bar(share)};
    if (down) cells.push_back(percent(number(node, "share_of_start")));
    cells.push_back(amount(node, "mass"));
    if (down) cells.push_back(amount(node, "on_hand"));
    cells.push_back(std::to_string(int(number(node, "hops"))));
    cells.push_back(minute_of(node));
    cells.push_back(text(node, "id"));
    cells.push_back(end_of(node));
    return cells;
}

// The lot that was asked about, how much there was of it and how much is left.
std::string start_lines(Json const& answer, bool down) {
    std::string out;
    for (Json const& start : member(answer, "start")) {
        out += printable(text(start, "id")) + (down ? say(" went into", " 去向") : say(" came from", " 来源"));
        std::string const whole = amount(start, "quantity"), left = amount(start, "on_hand");
        if (!whole.empty()) out += say(": ", "：") + whole;
        if (!left.empty()) out += say(", on hand ", "，在库 ") + left;
        out += "\n";
    }
    return out;
}

// The basis that was asked for, those the events could be weighed by, and the moment of the answer.
std::string basis_line(Json const& answer) {
    std::map<std::string, size_t> used;
    for (Json const& event : member(answer, "events")) ++used[text(event, "basis_used")];
    std::string list;
    for (auto const& [basis, events] : used) {
        std::string const n = std::to_string(events);
        list += (list.empty() ? "" : say(", ", "、")) + basis;
        if (used.size() > 1) list += say(" (" + n + " events)", "（" + n + " 个事件）");
    }
    std::string out = "  " + say("basis asked ", "要求基准 ") + text(member(answer, "query"), "basis");
    if (!list.empty()) out += say(", used ", "，实际采用 ") + list;
    return printable(out) + say(", as of ", "，截至 ") + text(answer, "as_of") + "\n\n";
}

std::string closure_line(Json const& answer) {
    Json const closure = member(answer, "closure");
    auto part = [&](std::string const& word, char const* name) {
        double value = number(closure, name);
        char digits[32];
        std::snprintf(digits, sizeof digits, value > 0 && value < 0.0001 ? "%.3e" : "%.6g", value);
        return word + " " + digits;
    };
    return "  " + part(say("resolved", "已追到"), "resolved") + " · " + part(say("unknown", "不明"), "unknown") +
           " · " + part(say("masked", "无权"), "masked") + " · " + part(say("beyond limit", "未追"), "beyond_limit") +
           " · " + part(say("pruned", "剪枝"), "pruned") + "\n";
}

// `further`: the node has more pages, so that the number is a least one.
std::string more_line(size_t more, bool further) {
    if (more == 0) return "  " + say("… more lots than the node answers at once", "…… 批次多于一次答复的数量") + "\n";
    std::string const n = std::to_string(more) + (further ? "+" : "");
    return "  " + say("… " + n + " more lots; --rows shows more", "…… 另有 " + n + " 个批次；可用 --rows 多列") + "\n";
}

std::string gap_lines(Json const& answer) {
    std::string out;
    for (Json const& gap : member(answer, "gaps")) {
        out += "  " + percent(number(gap, "share")) + say("  not known: ", "  无法追到：") + text(gap, "reason");
        if (std::string const id = text(gap, "id"); !id.empty()) out += " (" + printable(id) + ")";
        out += "\n";
    }
    return out;
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

std::string trace_table(std::string_view answer_text, size_t rows) {
    Json const answer = Json::parse(answer_text);
    bool const down = text(answer, "kind") == "downstream";
    Json const nodes = member(answer, "nodes");
    TextTable table = make_table(down);
    for (size_t i = 0; i < nodes.size() && i < rows; ++i) table.add(row_of(nodes[i], down));

    std::string out = start_lines(answer, down) + basis_line(answer);
    out += nodes.empty() ? "  " + say("no other lot", "没有其他批次") + "\n" : table.print();
    bool const further = !text(answer, "next").empty();
    if (nodes.size() > rows || further) out += more_line(nodes.size() - std::min(rows, nodes.size()), further);
    out += "\n" + gap_lines(answer) + closure_line(answer);
    if (double const assumed = number(member(answer, "quality"), "assumed"); assumed > 1e-9)
        out += "  " +
               say("of that on another basis or by estimate, because the events do not state this one: ",
                   "其中按其他基准或估算（事件未给出该基准）：") +
               percent(assumed) + "\n";
    if (answer.value("truncated", false))
        out += "  " +
               say("the walk stopped at its limit; ask with a larger --max-nodes or --timeout",
                   "已到限额，请加大 --max-nodes 或 --timeout") +
               "\n";
    return out;
}

}  // namespace ingot::app
