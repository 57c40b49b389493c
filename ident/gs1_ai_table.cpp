#include "ident/gs1_ai_table.hpp"

#include <algorithm>
#include <stdexcept>

namespace ingot::ident {
namespace {

struct FormatRow {
    char const* format;  // components separated by blanks; "[ ]" optional
    char const* ais;     // "310n-316n/5": n = 0..5; "710-717": a range; "!": no query attribute
};

// spec/gs1-resolver.md 2.2, row by row.
constexpr FormatRow kFormats[] = {
    {"N18,csum,gcp2", "00"},
    {"N14,csum,gcp2", "01 02 03!"},
    {"N6,yymmd0", "11 12 13 15 16 17"},
    {"N2", "20"},
    {"X..20", "10 21! 22! 243 254! 420 4318 7020 7021 7022 710-717 7240 8002 8012"},
    {"X..28", "235!"},
    {"X..30", "240 241 250 251 400 403 4308 4319 7002 90"},
    {"N..6", "242"},
    {"N..8", "30 37"},
    {"N13,csum,gcp1 [X..17]", "253"},
    {"N13,csum,gcp1 [N..12]", "255"},
    {"N6", "310n-316n/5 320n-329n/5 330n-337n/5 340n-349n/5 350n-357n/5 360n-369n/5 395n-395n/5 8005"},
    {"N..15", "390n-390n/9 392n-392n/9"},
    {"N3,iso4217 N..15", "391n-391n/9 393n-393n/9"},
    {"N4", "3940-3943 8111"},
    {"X..30,gcp1", "401 7023 8004"},
    {"N17,csum,gcp1", "402"},
    {"N13,csum,gcp1", "410-417"},
    {"N3,iso3166 X..9", "421"},
    {"N3,iso3166", "422 424 426"},
    {"N3,iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166", "423 425"},
    {"X..3", "427 7008"},
    {"X..35,pcenc", "4300 4301 4310 4311 4320"},
    {"X..70,pcenc", "4302-4306 4312-4316 7257"},
    {"X2,iso3166alpha2", "4307 4317"},
    {"N10,latitude N10,longitude", "4309"},
    {"N1,yesno", "4321 4322 4323"},
    {"N6,yymmd0 N4,hhmi", "4324 4325"},
    {"N6,yymmdd", "4326 7006"},
    {"N6 [X1],hyphen", "4330-4333"},
    {"N13", "7001"},
    {"N6,yymmdd N4,hhmi", "7003"},
    {"N..4", "7004"},
    {"X..12", "7005"},
    {"X..10", "7009 7255"},
    {"X..2", "7010"},
    {"N6,yymmdd [N6],yymmdd", "7007"},
    {"N6,yymmdd [N4],hhmi", "7011"},
    {"N3,iso3166999 X..27", "7030-7039"},
    {"N1 X1 X1 X1,importeridx", "7040!"},
    {"X..4,packagetype", "7041!"},
    {"X2 X..28", "7230-7239"},
    {"N2,mediatype", "7241"},
    {"X..25", "7242 8020!"},
    {"N8,yyyymmdd", "7250"},
    {"N8,yyyymmdd N4,hhmi", "7251"},
    {"N1,iso5218", "7252"},
    {"X..40,pcenc", "7253 7254 7259"},
    {"X..90,pcenc", "7256"},
    {"X3,posinseqslash", "7258"},
    {"N4,nonzero N5,nonzero N3,nonzero N1,winding N1", "8001"},
    {"N1,zero N13,csum,gcp1 [X..16]", "8003"},
    {"N14,csum,gcp2 N4,pieceoftotal", "8006 8026"},
    {"X..34,iban", "8007"},
    {"N6,yymmdd N2,hh [N2],mi [N2],ss", "8008"},
    {"X..50", "8009"},
    {"Y..30,gcp1", "8010"},
    {"N..12,nozeroprefix", "8011!"},
    {"X..25,csumalpha,gcp1", "8013"},
    {"X..25,csumalpha,gcp1,hasnondigit", "8014!"},
    {"N18,csum,gcp1", "8017 8018"},
    {"N..10", "8019!"},
    {"Z..90", "8030"},
    {"N15", "8040! 8041!"},
    {"N32", "8042!"},
    {"N18 [N..2]", "8043!"},
    {"X..70,couponcode", "8110"},
    {"X..70,couponposoffer", "8112"},
    {"X..70", "8200!"},
    {"X..90", "91-99"},
};

// Predefined length: 00-03 11-13 15-17 20 31xx-36xx 410-417.
bool is_predefined(std::string_view ai) {
    static constexpr std::string_view kWords = "00 01 02 03 11 12 13 15 16 17 20 31 32 33 34 35 36 41 ";
    std::string head = std::string(ai.substr(0, 2)) + ' ';
    return kWords.find(head) != std::string_view::npos;
}

std::vector<std::string> words_of(std::string_view text, char separator) {
    std::vector<std::string> out;
    for (size_t at = 0; at <= text.size();) {
        size_t end = std::min(text.find(separator, at), text.size());
        if (end > at) out.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

// "N18,csum,gcp2", "[X..17]", "[N3],iso3166"
AiComponent parse_component(std::string const& text) {
    std::vector<std::string> parts = words_of(text, ',');
    AiComponent out;
    std::string shape = parts.front();
    if (shape.front() == '[') {
        out.optional = true;
        shape = shape.substr(1, shape.size() - 2);
    }
    out.set = shape[0];
    bool variable = shape.find("..") != std::string::npos;
    out.max = size_t(std::stoi(shape.substr(variable ? 3 : 1)));
    out.min = variable ? 1 : out.max;
    out.checks.assign(parts.begin() + 1, parts.end());
    return out;
}

// The AIs of one word of a FormatRow.
std::vector<std::string> expand(std::string word) {
    int decimals = -1;
    if (size_t slash = word.find('/'); slash != std::string::npos) {
        decimals = word[slash + 1] - '0';
        word.resize(slash);
        word.erase(std::remove(word.begin(), word.end(), 'n'), word.end());
    }
    size_t dash = word.find('-');
    if (dash == std::string::npos) return {word};
    std::vector<std::string> out;
    for (int ai = std::stoi(word.substr(0, dash)); ai <= std::stoi(word.substr(dash + 1)); ++ai) {
        if (decimals < 0) out.push_back(std::to_string(ai));
        for (int n = 0; n <= decimals; ++n) out.push_back(std::to_string(ai) + std::to_string(n));
    }
    return out;
}

std::vector<AiRow> build_rows() {
    std::vector<AiRow> rows;
    for (auto const& format : kFormats) {
        std::vector<AiComponent> components;
        for (auto const& text : words_of(format.format, ' ')) components.push_back(parse_component(text));
        for (std::string word : words_of(format.ais, ' ')) {
            bool attribute = word.back() != '!';
            if (!attribute) word.pop_back();
            for (auto const& ai : expand(word)) rows.push_back({ai, components, attribute, is_predefined(ai)});
        }
    }
    std::sort(rows.begin(), rows.end(), [](AiRow const& a, AiRow const& b) { return a.ai < b.ai; });
    return rows;
}

std::vector<KeyRow> build_keys() {
    std::vector<std::string> const trade{"22", "10", "21"};
    return {
        {"00", {}, ""},
        {"01", {trade, {"235"}}, ""},
        {"253", {}, ""},
        {"255", {}, ""},
        {"401", {}, ""},
        {"402", {}, ""},
        {"414", {{"254"}, {"7040"}}, ""},
        {"415", {{"8020"}}, "8020"},
        {"417", {{"7040"}}, ""},
        {"8003", {}, ""},
        {"8004", {{"7040"}}, ""},
        {"8006", {trade}, ""},
        {"8010", {{"8011"}}, ""},
        {"8013", {}, ""},
        {"8017", {{"8019"}}, ""},
        {"8018", {{"8019"}}, ""},
    };
}

struct ShortName {
    std::string_view word, ai;
};
constexpr ShortName kShortNames[] = {
    {"gtin", "01"},   {"lot", "10"},     {"ser", "21"},     {"sscc", "00"},   {"gln", "414"},   {"cpv", "22"},
    {"party", "417"}, {"giai", "8004"},  {"grai", "8003"},  {"gdti", "253"},  {"gcn", "255"},   {"ginc", "401"},
    {"gsin", "402"},  {"gsrn", "8018"},  {"gsrnp", "8017"}, {"itip", "8006"}, {"cpid", "8010"}, {"cpsn", "8011"},
    {"glnx", "254"},  {"refno", "8020"}, {"srin", "8019"},  {"gmn", "8013"},
};

}  // namespace

size_t AiRow::min_length() const {
    size_t length = 0;
    for (auto const& component : components) length += component.optional ? 0 : component.min;
    return length;
}

size_t AiRow::max_length() const {
    size_t length = 0;
    for (auto const& component : components) length += component.max;
    return length;
}

std::vector<AiRow> const& ai_rows() {
    static std::vector<AiRow> const rows = build_rows();
    return rows;
}

AiRow const* find_ai(std::string_view ai) {
    auto const& rows = ai_rows();
    auto at = std::lower_bound(rows.begin(), rows.end(), ai,
                               [](AiRow const& row, std::string_view key) { return row.ai < key; });
    return at != rows.end() && at->ai == ai ? &*at : nullptr;
}

size_t ai_length(std::string_view head) {
    static constexpr std::string_view kFour = "31 32 33 34 35 36 39 43 70 72 80 81 82 ";
    static constexpr std::string_view kThree = "23 24 25 40 41 42 71 ";
    std::string word = std::string(head.substr(0, 2)) + ' ';
    if (kFour.find(word) != std::string_view::npos) return 4;
    return kThree.find(word) != std::string_view::npos ? 3 : 2;
}

std::vector<KeyRow> const& key_rows() {
    static std::vector<KeyRow> const rows = build_keys();
    return rows;
}

KeyRow const* find_key(std::string_view ai) {
    for (auto const& row : key_rows())
        if (row.ai == ai) return &row;
    return nullptr;
}

std::string KeyRow::expected() const {
    std::string out;
    for (auto const& alternative : alternatives) {
        if (!out.empty()) out += " | ";
        for (size_t i = 0; i < alternative.size(); ++i) out += (i ? "," : "") + alternative[i];
    }
    return out;
}

std::optional<std::string_view> removed_short_name(std::string_view word) {
    for (auto const& name : kShortNames)
        if (name.word == word) return name.ai;
    return std::nullopt;
}

}  // namespace ingot::ident
