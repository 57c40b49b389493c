// What a capture answers and to whom: ids of others, languages, log entries, warnings, what is kept beside the event.
#include "storage/log_keys.hpp"
#include "tests/tracechain/capture_fixture.hpp"
#include "tracechain/capture.hpp"

namespace ingot::tracechain {
namespace {

std::string without_place(std::string const& id, std::string const& kg) {
    return R"({"type":"ObjectEvent","eventID":")" + id +
           R"(","eventTime":"2026-01-01T00:01:00Z","eventTimeZoneOffset":"+00:00","action":"ADD",)"
           R"("quantityList":[{"epcClass":"urn:epc:class:lgtin:6901234.000101.L1","quantity":)" +
           kg + R"(,"uom":"KGM"}]})";
}

TEST(CaptureAuthority, TheEventOfAnotherEnterpriseAnswersTheSameWhetherItIsTheSameOrNot) {
    Chain chain;
    std::string const id = "urn:uuid:00000000-0000-4000-8000-000000000001";
    ASSERT_TRUE(chain.post(Notation::document({without_place(id, "10")}), principal_of("1")));
    auto same = chain.post(Notation::document({without_place(id, "10")}), principal_of("2"));
    auto other = chain.post(Notation::document({without_place(id, "11")}), principal_of("2"));
    ASSERT_FALSE(same);
    ASSERT_FALSE(other);
    EXPECT_EQ(slug(same.error().code), "event-conflict");
    EXPECT_EQ(same.error().detail, other.error().detail);
    ASSERT_EQ(same.error().extras.size(), other.error().extras.size());
    EXPECT_EQ(std::get<std::string>(same.error().extras.back().value),
              std::get<std::string>(other.error().extras.back().value));
    auto own = chain.post(Notation::document({without_place(id, "10.0")}), principal_of("1"));
    ASSERT_TRUE(own);
    EXPECT_EQ((*own)["duplicate"], 1);
}

TEST(CaptureAuthority, AtTheSiteOfAnotherNothingIsToldOfItsEvents) {
    Chain chain;
    NotedEvent const known = chain.notation.line("C A:10"), unknown = chain.notation.line("C B:10");
    ASSERT_TRUE(chain.post(known));
    for (NotedEvent const& event : {known, unknown}) {
        auto answer = chain.post(Notation::document({event.json}), principal_of("2"));
        ASSERT_FALSE(answer);
        EXPECT_EQ(slug(answer.error().code), "not-your-site");
    }
}

TEST(CaptureAuthority, NobodyWorksInTheCampaignOfAnother) {
    Chain chain;
    chain.say({"C A:10", "V+ V A:10"});
    NotedEvent event = chain.notation.line("V- V > X:5 /2");  // campaign 88.999.1/V, at the site of 88.999.2
    auto answer = chain.post(event);
    ASSERT_FALSE(answer);
    EXPECT_EQ(slug(answer.error().code), "not-your-site");
    auto plain = chain.post(chain.notation.line("T W X:5 > Y:5 /2"));
    ASSERT_FALSE(plain);
    EXPECT_EQ(slug(plain.error().code), "not-your-site");
    EXPECT_TRUE(chain.post(chain.notation.line("V- V > X:5")));
}

TEST(CaptureAuthority, NobodyShipsInTheNameOfAnother) {
    Chain chain;
    chain.say({"C A:10"});
    std::string json = chain.notation.line("SH A:4 > 3").json;
    json.replace(json.find("88.999.1/EQ.SITE"), 16, "88.999.2/EQ.SITE");
    auto answer = chain.post(Notation::document({json}), principal_of("2"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(slug(answer.error().code), "not-your-site");
}

nlohmann::json proceed(Chain& chain, std::vector<std::string> const& events, bool chinese) {
    auto who = principal_of("1");
    who.trace_mode = "strict";
    auto read = read_capture_body(Notation::document(events), "application/json", chain.trace->read_terms(true));
    CaptureRequest request{std::move(*read), who, false};
    request.chinese = chinese;
    auto operation = chain.trace->capture(std::move(request));
    auto done = chain.engine->update(std::move(*operation));
    return nlohmann::json::parse(done->reply.body);
}

TEST(CaptureResults, OneRefusedEventIsARowInTheLanguageAskedFor) {
    Chain chain;
    std::string const taken = chain.notation.line("X U:1 > O:1").json;
    for (bool chinese : {false, true}) {
        auto const answer = proceed(chain, {taken}, chinese);
        ASSERT_EQ(answer["results"].size(), 1u);
        EXPECT_EQ(answer["results"][0]["status"], "refused");
        std::string const detail = answer["results"][0]["error"]["detail"];
        bool const ascii =
            std::all_of(detail.begin(), detail.end(), [](char c) { return static_cast<signed char>(c) > 0; });
        EXPECT_EQ(ascii, !chinese) << detail;
    }
}

TEST(CaptureResults, FaultsOfAnEventAreSaidInTheLanguageAskedFor) {
    Chain chain;
    std::string wrong = chain.notation.line("C A:1").json;
    wrong.replace(wrong.find("\"quantity\":1"), 12, "\"quantity\":\"1\"");
    std::string texts[2];
    for (bool chinese : {false, true})
        texts[chinese] = proceed(chain, {wrong}, chinese)["results"][0]["error"]["errors"][0]["detail"];
    EXPECT_NE(texts[0], texts[1]);
    EXPECT_NE(texts[1].find("必须"), std::string::npos) << texts[1];
}

TEST(CaptureResults, EntriesOfOthersBetweenLeaveNoRange) {
    for (bool between : {false, true}) {
        Chain chain;
        std::vector<std::string> events;
        for (int i = 0; i < 3; ++i) events.push_back(chain.notation.line("C A" + std::to_string(i) + ":1").json);
        auto read = read_capture_body(Notation::document(events), "application/json", chain.trace->read_terms(false));
        auto operation = chain.trace->capture({std::move(*read), principal_of("1"), false});
        ASSERT_TRUE(operation);
        auto const apply = operation->apply;
        operation->apply = [&, apply](storage::Batch& batch, uint32_t step) -> Result<void> {
            if (between && step == 1) {
                batch.put(storage::Space::meta, "count/other", storage::seq_value(1));
                batch.leaf(storage::make_leaf(chain.random, 0x0201, "88.999.2", "x", storage::Space::meta,
                                              "count/other", storage::seq_value(1)));
            }
            return apply(batch, step);
        };
        auto done = chain.engine->update(std::move(*operation));
        ASSERT_TRUE(done);
        auto const answer = nlohmann::json::parse(done->reply.body);
        uint64_t const first = answer["results"][0]["log_index"], last = answer["results"][2]["log_index"];
        EXPECT_EQ(last, first + (between ? 3 : 2));
        EXPECT_EQ(done->reply.log_index, between ? "" : std::to_string(first) + "-" + std::to_string(last));
        EXPECT_EQ(answer["log"].contains("first"), !between);
        EXPECT_EQ(answer["log"].contains("count"), !between);
        EXPECT_EQ(answer["log"]["origin"], "ingot.example/v1/log");
    }
}

TEST(CaptureStation, TheDeviceMemberIsKeptBesideTheEvent) {
    Chain chain;
    std::string const device = R"({"station":"st_1", "seq":7,"operator":"op_3","deviceTime":"2026-01-01T00:01:02Z"})";
    auto item = [&](std::string const& event, std::string const& beside) {
        return R"({"items":[{"event":)" + event + R"(,"device":)" + beside + "}]}";
    };
    std::string const first = chain.notation.line("C A:10").json;
    auto answer = chain.post(item(first, device), principal_of("1"));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ((*answer)["stored"], 1);
    EXPECT_EQ((*read_event(*chain.view(), 1))->facts.device, device);
    auto again = chain.post(item(first, R"({"station":"st_1","seq":8})"), principal_of("1"));
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)["duplicate"], 1) << "outside digest and hash";
    EXPECT_EQ((*read_event(*chain.view(), 1))->facts.device, device);

    auto padded = [](size_t size) { return "{\"note\":\"" + std::string(size - 11, 'x') + "\"}"; };
    auto longest = chain.post(item(chain.notation.line("C B:10").json, padded(4096)), principal_of("1"));
    ASSERT_TRUE(longest);
    EXPECT_EQ((*longest)["stored"], 1);
    auto longer = chain.post(item(chain.notation.line("C D:10").json, padded(4097)), principal_of("1"));
    ASSERT_TRUE(longer);
    EXPECT_EQ((*longer)["results"][0]["error"]["type"], "too-long");
    EXPECT_EQ((*longer)["results"][0]["error"]["errors"][0]["pointer"], "/items/0/device");

    Chain second;
    ASSERT_TRUE(chain.trace->rebuild_into(*chain.view(), *second.engine));
    EXPECT_EQ((*read_event(*second.view(), 1))->facts.device, device);
}

TEST(CaptureWarnings, APrefixThatNobodyRegisteredIsNamedOnce) {
    Chain chain;
    std::string json = chain.notation.line("C A:1,B:2,D:3").json;
    for (std::string name : {"A", "B"}) {
        std::string const own = "88.999.1/" + name;
        json.replace(json.find(own), own.size(), "88.998.7/" + name);
    }
    auto answer = chain.post(Notation::document({json}), principal_of("1"));
    ASSERT_TRUE(answer) << answer.error().detail;
    auto const warnings = (*answer)["results"][0]["warnings"];
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_EQ(warnings[0]["code"], "prefix-unregistered");
    EXPECT_EQ(warnings[0]["pointer"], "/quantityList/0");
    auto own = chain.post(chain.notation.line("C E:1"));
    EXPECT_FALSE((*own)["results"][0].contains("warnings"));
}

uint32_t link_flags(Chain const& chain, EventSeq seq) { return (*storage::find_link(*chain.view(), seq))->flags; }

TEST(CaptureCorrection, LotReusedFollowsTheCorrectedState) {
    uint32_t const reused = static_cast<uint32_t>(storage::Flag::lot_reused);
    {
        Chain chain;  // declared wrong first, then captured anew: made once
        chain.say({"C A:10", "X A:4 > B:4", "ER 2 incorrect_data", "X A:5 > B:5"});
        EXPECT_FALSE(chain.lot("B").flags & reused);
        EXPECT_FALSE(link_flags(chain, 4) & reused);
    }
    {
        Chain chain;  // the corrective event first: flagged until the declaration arrives
        chain.say({"C A:10", "X A:4 > B:4", "X A:5 > B:5"});
        EXPECT_TRUE(chain.lot("B").flags & reused);
        EXPECT_TRUE(link_flags(chain, 3) & reused);
        chain.say({"ER 2 incorrect_data"});
        EXPECT_FALSE(chain.lot("B").flags & reused);
        EXPECT_FALSE(link_flags(chain, 3) & reused);
        EXPECT_FALSE((*read_event(*chain.view(), 3))->flags & reused);
    }
    {
        Chain chain;  // an earlier output captured later makes the other a re-use
        chain.say({"C A:10 @1", "X A:5 > B:5 @20", "X A:4 > B:4 @10"});
        EXPECT_TRUE(chain.lot("B").flags & reused);
        EXPECT_TRUE(link_flags(chain, 2) & reused);
        EXPECT_FALSE(link_flags(chain, 3) & reused);
    }
}

}  // namespace
}  // namespace ingot::tracechain
