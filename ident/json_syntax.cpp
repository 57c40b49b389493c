#include "ident/json_syntax.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "base/encoding.hpp"

namespace ingot::ident {
namespace {

using Json = nlohmann::json;

// Watches the parser's events; keeps nothing of the document.
class SyntaxWatch : public nlohmann::json_sax<Json> {
  public:
    explicit SyntaxWatch(size_t depth_max) : depth_max_(depth_max) {}

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, string_t const&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(size_t) override { return open(); }
    bool start_array(size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (names_.back().insert(name).second) return true;
        repeated_ = name;
        return false;
    }
    bool parse_error(size_t at, std::string const&, nlohmann::detail::exception const&) override {
        bad_at_ = at;
        return false;
    }

    Result<void> verdict() const {
        if (deep_) return fail(Code::JsonDepth, "the document is nested too deep", "文档嵌套过深");
        if (repeated_)
            return fail(Code::DuplicateMember, "the member " + excerpt(*repeated_) + " stands twice",
                        "成员重复：" + excerpt(*repeated_));
        return fail(Code::BadJson, "the document is not valid JSON near byte " + std::to_string(bad_at_),
                    "文档在第 " + std::to_string(bad_at_) + " 字节附近不是有效的 JSON");
    }

  private:
    bool open() {
        names_.emplace_back();
        deep_ = names_.size() > depth_max_;
        return !deep_;
    }
    bool close() {
        names_.pop_back();
        return true;
    }

    size_t depth_max_;
    std::vector<std::set<std::string>> names_;  // one an open object or array
    std::optional<std::string> repeated_;
    bool deep_ = false;
    size_t bad_at_ = 0;
};

}  // namespace

Result<void> check_json_syntax(std::string_view text, size_t bytes_max, size_t depth_max) {
    if (text.size() > bytes_max)
        return fail(Code::BodyTooLarge, "the document has more than " + std::to_string(bytes_max) + " bytes",
                    "文档超过 " + std::to_string(bytes_max) + " 字节");
    SyntaxWatch watch(depth_max);
    if (Json::sax_parse(text, &watch)) return {};
    return watch.verdict();
}

}  // namespace ingot::ident
