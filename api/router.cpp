#include "api/router.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "base/encoding.hpp"
#include "ident/target.hpp"

namespace ingot::api {
namespace {

constexpr size_t kMethods = static_cast<size_t>(net::Method::Other) + 1;
constexpr uint32_t kNone = UINT32_MAX;

constexpr std::string_view kLanding = "{";  // no path part: it is refused raw

enum class Tail : uint8_t { none, whole, identifier };

// All rows of one template.
struct Pattern {
    std::string_view path;
    std::vector<std::string_view> parts;  // "v1", "{name}"; without the tail's
    Tail tail = Tail::none;
    std::string_view tail_name;  // of a whole tail
    std::array<uint32_t, kMethods> rows{};

    size_t parameters() const {
        return static_cast<size_t>(
            std::count_if(parts.begin(), parts.end(), [](auto p) { return p.starts_with('{'); }));
    }
};

std::string_view inside(std::string_view part) { return part.substr(1, part.size() - 2); }

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> parts;
    for (path.remove_prefix(1);;) {
        size_t const slash = path.find('/');
        parts.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return parts;
        path.remove_prefix(slash + 1);
    }
}

Pattern compile(std::string_view path) {
    Pattern pattern{.path = path, .parts = split(path), .tail_name = {}};
    pattern.rows.fill(kNone);
    if (path.ends_with("/{prefix}/{suffix...}")) {
        pattern.tail = Tail::identifier;
        pattern.parts.resize(pattern.parts.size() - 2);
    } else if (path.ends_with("...}")) {
        pattern.tail = Tail::whole;
        std::string_view const name = inside(pattern.parts.back());
        pattern.tail_name = name.substr(0, name.size() - 3);
        pattern.parts.pop_back();
    }
    return pattern;
}

// Characters that may not stand raw in a path (security.md 8).
constexpr auto kRefused = [] {
    std::array<bool, 256> refused{};
    for (char c : {'"', '<', '>', '\\', '^', '`', '{', '}', '|', '#'}) refused[static_cast<unsigned char>(c)] = true;
    for (size_t i = 0; i <= 0x20; ++i) refused[i] = true;
    for (size_t i = 0x7F; i < 256; ++i) refused[i] = true;
    return refused;
}();

bool has_dot_part(std::string_view path) {
    for (size_t at = path.find("/."); at != std::string_view::npos; at = path.find("/.", at + 1)) {
        std::string_view const rest = path.substr(at + 2);
        if (rest.empty() || rest[0] == '/' || rest == "." || rest.starts_with("./")) return true;
    }
    return false;
}

Result<void> check_path(std::string_view path) {
    bool escaped = false;
    for (char const c : path) {
        escaped |= c == '%';
        if (!kRefused[static_cast<unsigned char>(c)]) continue;
        return fail(Code::BadTarget, "the character " + excerpt({&c, 1}) + " must be percent-encoded in a path",
                    "路径中的字符 " + excerpt({&c, 1}) + " 必须使用百分号转义");
    }
    std::optional<std::string> decoded;
    if (escaped) {
        decoded = percent_decode(path);
        if (!decoded)
            return fail(Code::BadEncoding, "a percent-escape in the path is malformed, a NUL, or not UTF-8",
                        "路径中的百分号转义不正确、为空字符或不是 UTF-8");
    }
    if (has_dot_part(escaped ? std::string_view(*decoded) : path))
        return fail(Code::BadTarget, "path parts \".\" and \"..\" are not allowed", "路径中不允许 . 和 .. 部分");
    return {};
}

std::string decoded(std::string_view raw) {
    if (raw.find('%') == std::string_view::npos) return std::string(raw);
    return percent_decode(raw).value_or(std::string(raw));  // check_path has seen that it decodes
}

std::string allow_text(Pattern const& pattern) {
    std::string out;
    auto add = [&](std::string_view word) { out.append(out.empty() ? "" : ", ").append(word); };
    for (size_t m = 0; m < kMethods; ++m) {
        if (pattern.rows[m] == kNone) continue;
        auto const method = static_cast<net::Method>(m);
        add(net::name(method));
        if (method == net::Method::Get) add("HEAD");
    }
    add("OPTIONS");
    return out;
}

}  // namespace

struct Router::Index {
    std::vector<Pattern> patterns;
    // Patterns by their first two literal parts ("v1/codes"), or by the first where the second is a parameter or
    // absent; under "" those that begin with a parameter. The most literal ones first.
    std::unordered_map<std::string_view, std::vector<uint32_t>> buckets;

    static std::string_view bucket_of(Pattern const& pattern) {
        auto const& parts = pattern.parts;
        if (parts.empty() || parts[0].starts_with('{')) return kLanding;
        if (parts.size() > 1 && !parts[1].starts_with('{'))
            return pattern.path.substr(1, parts[0].size() + 1 + parts[1].size());
        return parts[0];
    }

    std::vector<uint32_t> const* find(std::string_view key) const {
        auto const found = buckets.find(key);
        return found == buckets.end() ? nullptr : &found->second;
    }

    Pattern const* match(std::vector<uint32_t> const* bucket, std::string_view path, Match& out) const {
        if (!bucket) return nullptr;
        for (uint32_t index : *bucket)
            if (fits(patterns[index], path, out)) return &patterns[index];
        return nullptr;
    }

    // A path that is an identifier or a prefix itself: "/88.118.8%2FX" is one part but names an identifier.
    Pattern const* match_landing(std::string_view path, Match& out) const {
        auto const kind = ident::classify_target(path);
        bool const identifier = kind == ident::TargetKind::Identifier;
        auto const* bucket = find(kLanding);
        if (!bucket || !(identifier || kind == ident::TargetKind::PrefixRecord)) return nullptr;
        for (uint32_t index : *bucket) {
            Pattern const& pattern = patterns[index];
            if ((pattern.tail == Tail::identifier) == identifier && fits(pattern, path, out)) return &pattern;
        }
        return nullptr;
    }

    static bool fits(Pattern const& pattern, std::string_view path, Match& out) {
        std::string_view rest = path.substr(1);
        bool ended = false;  // the part taken last was the path's last
        for (auto part : pattern.parts) {
            if (ended) return false;
            size_t const slash = rest.find('/');
            std::string_view const here = rest.substr(0, slash);
            if (part.starts_with('{') ? here.empty() : here != part) return false;
            ended = slash == std::string_view::npos;
            rest.remove_prefix(ended ? rest.size() : slash + 1);
        }
        if (pattern.tail == Tail::none ? !ended : ended || rest.empty()) return false;
        out.path.clear();
        bind(pattern, path, rest, out);
        return true;
    }

    static void bind(Pattern const& pattern, std::string_view path, std::string_view tail, Match& out) {
        std::string_view rest = path.substr(1);
        for (auto part : pattern.parts) {
            size_t const slash = rest.find('/');
            if (part.starts_with('{')) out.path.emplace(inside(part), decoded(rest.substr(0, slash)));
            rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        }
        if (pattern.tail == Tail::whole) out.path.emplace(pattern.tail_name, decoded(tail));
        if (pattern.tail != Tail::identifier) return;
        std::string whole = decoded(tail);
        size_t const slash = whole.find('/');
        out.path.emplace("suffix", slash == std::string::npos ? std::string() : whole.substr(slash + 1));
        whole.resize(std::min(slash, whole.size()));
        out.path.emplace("prefix", std::move(whole));
    }
};

Router::Router(std::span<Route const> table) : table_(table), index_(std::make_unique<Index>()) {
    auto& patterns = index_->patterns;
    for (uint32_t row = 0; row < table.size(); ++row) {
        auto found = std::find_if(patterns.begin(), patterns.end(), [&](auto& p) { return p.path == table[row].path; });
        if (found == patterns.end()) found = patterns.insert(patterns.end(), compile(table[row].path));
        uint32_t& place = found->rows[static_cast<size_t>(table[row].method)];
        if (place != kNone) throw std::logic_error("two routes for " + std::string(table[row].path));
        place = row;
    }
    for (uint32_t i = 0; i < patterns.size(); ++i) index_->buckets[Index::bucket_of(patterns[i])].push_back(i);
    auto rank = [&](uint32_t i) { return std::pair(patterns[i].tail != Tail::none, patterns[i].parameters()); };
    for (auto& [key, bucket] : index_->buckets)
        std::stable_sort(bucket.begin(), bucket.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
}

Router::~Router() = default;

Result<Match> Router::match(net::Method method, std::string_view path) const {
    if (auto fine = check_path(path); !fine) return fail(fine.error());
    Match match;
    Pattern const* pattern = nullptr;
    if (path.starts_with('/')) {
        size_t const first_end = std::min(path.find('/', 1), path.size());
        size_t const second_end =
            first_end == path.size() ? first_end : std::min(path.find('/', first_end + 1), path.size());
        pattern = index_->match(index_->find(path.substr(1, second_end - 1)), path, match);
        if (!pattern) pattern = index_->match(index_->find(path.substr(1, first_end - 1)), path, match);
        if (!pattern) pattern = index_->match_landing(path, match);
    }
    if (!pattern) return fail(Code::NoSuchRoute, "nothing is served under this path", "此路径下没有任何内容");
    auto const wanted = method == net::Method::Head ? net::Method::Get : method;
    uint32_t const row = pattern->rows[static_cast<size_t>(wanted)];
    if (row == kNone) {
        std::string const allow = allow_text(*pattern);
        Error error{Code::MethodNotAllowed, "this path takes " + allow, "此路径支持 " + allow};
        return fail(error.with("allow", allow));
    }
    match.route = &table_[row];
    match.index = row;
    return match;
}

}  // namespace ingot::api
