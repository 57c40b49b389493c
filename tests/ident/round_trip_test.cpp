// Random values through print and parse; the seed is printed and may be given as INGOT_SEED.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "ident/coding_profile.hpp"
#include "ident/event_id.hpp"
#include "ident/gs1.hpp"
#include "ident/gs1_ai_table.hpp"
#include "ident/target.hpp"

namespace ingot::ident {
namespace {

class RoundTrip : public testing::Test {
  protected:
    RoundTrip() {
        char const* given = std::getenv("INGOT_SEED");
        seed_ = given ? std::strtoul(given, nullptr, 10) : std::random_device{}();
        random_.seed(seed_);
        std::cout << "INGOT_SEED=" << seed_ << "\n";
    }
    size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
    std::string text(std::string_view alphabet, size_t min, size_t max) {
        std::string out;
        for (size_t left = min + below(max - min + 1); left > 0; --left) out += alphabet[below(alphabet.size())];
        return out;
    }

    unsigned long seed_ = 0;
    std::mt19937_64 random_;
};

constexpr std::string_view kCset82 =
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

TEST_F(RoundTrip, IdentifiersSurvivePathsAndReading) {
    static constexpr char const* kParts[] = {"a", "Z", "9", "-", "_",  ".", "/",  "%",
                                             "+", "#", "?", "&", "铅", "é", "𠀀", " "};
    for (int i = 0; i < 20'000; ++i) {
        std::string suffix;
        for (size_t left = 1 + below(20); left > 0; --left) suffix += kParts[below(std::size(kParts))];
        std::string whole = "88." + text("0123456789", 3, 5) + "." + text("0123456789", 1, 9) + "/" + suffix;
        auto identifier = Identifier::parse(whole);
        ASSERT_TRUE(identifier) << whole;
        ASSERT_EQ(identifier->display(), whole);
        ASSERT_EQ(Identifier::parse(identifier->canonical())->canonical(), identifier->canonical());
        ASSERT_EQ(*decode_identifier_path(emit_path(*identifier).substr(1)), whole);
        auto lot = canon("https://any.example" + emit_path(*identifier), {});
        ASSERT_TRUE(lot);
        ASSERT_EQ(lot->canonical, identifier->canonical()) << whole;
    }
}

TEST_F(RoundTrip, DigitalLinksSurviveLinkElementStringAndEventId) {
    for (int i = 0; i < 10'000; ++i) {
        std::string body = text("0123456789", 13, 13);
        DigitalLink link{{"01", body + gs1_check_digit(body)}, {}, {}};
        if (below(2)) link.qualifiers.push_back({"22", text(kCset82, 1, 20)});
        if (below(2)) link.qualifiers.push_back({"10", text(kCset82, 1, 20)});
        if (below(2)) link.qualifiers.push_back({"21", text(kCset82, 1, 20)});
        if (below(2)) link.attributes.push_back({"3103", text("0123456789", 6, 6)});
        auto read = parse_digital_link(link.canonical());
        ASSERT_TRUE(read) << link.canonical();
        ASSERT_EQ(*read, link) << link.canonical();
        ASSERT_EQ(read->canonical(), link.canonical());
        auto scanned = parse_element_string(link.element_string());
        ASSERT_TRUE(scanned) << link.element_string();
        ASSERT_EQ(scanned->path(), link.path());
        auto id = epc_canonical(link.canonical());
        ASSERT_TRUE(id);
        ASSERT_EQ(epc_canonical(*id), id);
    }
}

TEST_F(RoundTrip, CodesReadBackToTheirValues) {
    auto const& profile = CodingProfile::nonferrous_default();
    std::vector<std::string> classes;
    for (auto const& [code, label] : profile.segments()[0].values) classes.push_back(code);
    Time now = *parse_time("2026-11-22T04:00:00Z");
    for (int i = 0; i < 10'000; ++i) {
        std::map<std::string, std::string> values{{"class", classes[below(classes.size())]},
                                                  {"product", text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", 1, 20)}};
        auto prefix = *Prefix::parse("88." + text("0123456789", 3, 5) + "." + text("0123456789", 1, 9));
        auto renderer = profile.renderer(prefix, values, now);
        ASSERT_TRUE(renderer);
        uint64_t number = below(1'000'000);
        auto identifier = Identifier::parse_for_registration(renderer->render(number));
        ASSERT_TRUE(identifier) << renderer->render(number);
        auto parsed = profile.parse_code(*identifier);
        ASSERT_TRUE(parsed) << renderer->render(number);
        ASSERT_EQ(parsed->number, number);
        ASSERT_EQ(parsed->values.at("product"), values["product"]);
        ASSERT_EQ(parsed->scope_key, renderer->scope_key());
    }
}

}  // namespace
}  // namespace ingot::ident
