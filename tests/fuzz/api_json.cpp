// JSON of strangers: what the guard accepts another parser accepts too, the reader keeps its bytes, bulk bodies are
// read alike with and without their items' insides, and value forms (base64, hex, admin, vlist) never break.
#include <nlohmann/json.hpp>

#include "api/json_reader.hpp"
#include "api/v1/identifier_values.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace ingot;
using namespace ingot::api;

static void check_items(std::string_view text, JsonBody const& whole) {
    JsonItems const wanted{{"items"}, 8};
    auto bulk = JsonBody::parse(text, {}, &wanted);
    FUZZ_CHECK(bulk.has_value() && bulk->value().kind() == whole.value().kind());
    if (whole.value().kind() != JsonKind::array) return;
    auto const all = whole.value().items(8), some = bulk->value().items(8);
    FUZZ_CHECK(all.size() == some.size());
    for (size_t i = 0; i < all.size(); ++i)
        FUZZ_CHECK(all[i].raw() == some[i].raw() && all[i].kind() == some[i].kind());
}

static void check_values(JsonBody const& body) {
    if (body.value().kind() != JsonKind::object) return;
    JsonObject const object = body.object();
    if (object.has("values"))
        static_cast<void>(read_values(object.objects("values", 64)));
    else
        static_cast<void>(read_value(object));
    if (auto fine = body.finish(); !fine) FUZZ_CHECK(!fine.error().faults.empty() && fine.error().faults.size() <= 20);
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    auto body = JsonBody::parse(text);
    FUZZ_CHECK(body.has_value() == check_json(text).has_value());
    if (!body) return 0;
    std::string_view const raw = body->value().raw();
    FUZZ_CHECK(raw.data() >= text.data() && raw.data() + raw.size() <= text.data() + text.size());
    try {
        FUZZ_CHECK(nlohmann::json::parse(indent_json(text)) == nlohmann::json::parse(text));
    } catch (nlohmann::json::out_of_range const&) {  // a number beyond a double is JSON all the same
    }
    check_items(text, *body);
    check_values(*body);
    return 0;
}
