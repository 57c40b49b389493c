// Every example of spec/trace-semantics.md 2.4, in its frame: the kind, and what the trace chain makes of it.
#include "tests/tracechain/epcis_examples.hpp"

#include "tests/tracechain/epcis_frame.hpp"

namespace ingot::tracechain {
namespace {

Basis const kGross{BasisKind::gross_mass, {}};
Basis const kDry{BasisKind::dry_mass, {}};
Basis const kCount{BasisKind::count, {}};
constexpr int64_t kKg = 1'000'000;

Event example(size_t number) { return read_one(kExampleEvents.at(number)); }

TEST(EpcisExamples, EachHasItsKind) {
    constexpr std::array kKinds = {
        LinkKind::commission,    LinkKind::transform,   LinkKind::transform, LinkKind::charge, LinkKind::draw,
        LinkKind::vessel_adjust, LinkKind::pack,        LinkKind::unpack,    LinkKind::move,   LinkKind::ship,
        LinkKind::receive,       LinkKind::observe,     LinkKind::observe,   LinkKind::adjust, LinkKind::dispose,
        LinkKind::hold,          LinkKind::release,     LinkKind::lock,      LinkKind::unlock, LinkKind::declaration,
        LinkKind::observe,       LinkKind::declaration,
    };
    static_assert(kKinds.size() == kExampleEvents.size());
    for (size_t i = 0; i < kKinds.size(); ++i) {
        Event event = example(i);
        EXPECT_EQ(int(event.kind), int(kKinds[i])) << kExampleEvents[i];
        EXPECT_TRUE(event.warnings.empty()) << kExampleEvents[i] << event.warnings[0].code;
        EXPECT_EQ(event.bytes, kExampleEvents[i]);
        auto again = read_stored_event(event.bytes, event.context, test_terms());
        ASSERT_TRUE(again);
        EXPECT_EQ(again->content_digest, event.content_digest);
        EXPECT_EQ(int(again->kind), int(event.kind));
    }
}

TEST(EpcisExamples, CommissionHasAmountsOriginAndAssays) {
    Event event = example(0);
    ASSERT_EQ(event.members.size(), 1u);
    Member const& lot = event.members[0];
    EXPECT_EQ(lot.amounts.get(kGross), 32860 * kKg);
    EXPECT_EQ(lot.amounts.get(kDry), 29902'600'000);
    EXPECT_EQ(lot.side, Side::Item);
    EXPECT_FALSE(lot.instance);
    EXPECT_EQ(lot.pointer, "/quantityList/0");
    EXPECT_EQ(lot.lot.display, "88.999.3212001/RM.PBCONC.20261122.000001-B");
    EXPECT_EQ(event.material, "https://ingot.example/ns/material/pb-concentrate");
    EXPECT_EQ(event.origin.type, "mine");
    EXPECT_EQ(event.origin.country, "CN");
    EXPECT_EQ(event.origin.supplier, "https://ingot.example/88.999.0912001");
    ASSERT_EQ(event.assays.size(), 2u);
    EXPECT_EQ(event.assays[0].element, "Pb");
    EXPECT_EQ(event.assays[0].value, 580'000'000'000);
    EXPECT_EQ(event.assays[0].status, 1);
    EXPECT_EQ(event.assays[1].element, "moisture");
    EXPECT_EQ(event.assays[1].value, 90'000'000'000);
    ASSERT_EQ(event.sources.size(), 2u);
    EXPECT_EQ(event.sources[1].type, "owning_party");
    EXPECT_FALSE(event.sources[1].key.has_suffix);
    EXPECT_EQ(event.time_us, 1795299000000000);
    EXPECT_TRUE(event.ilmd.starts_with("{\"ingot:material\""));
    EXPECT_EQ(event.pointer, "/epcisBody/eventList/0");
}

TEST(EpcisExamples, TransformHasJointProductsAndLoss) {
    Event event = example(1);
    ASSERT_EQ(event.members.size(), 5u);
    EXPECT_EQ(event.members[0].side, Side::Input);
    EXPECT_EQ(event.members[3].side, Side::Output);
    Amounts const& bullion = event.members[3].amounts;
    EXPECT_EQ(bullion.get(kGross), 70000 * kKg);
    EXPECT_EQ(bullion.get({BasisKind::element, "Pb"}), 67200 * kKg);
    EXPECT_EQ(bullion.get({BasisKind::element, "Zn"}), 0);
    EXPECT_EQ(bullion.get({BasisKind::economic, {}}), 1142400LL * 1'000'000);
    ASSERT_EQ(event.losses.size(), 1u);
    EXPECT_EQ(event.losses[0].amounts.get(kGross), 115000 * kKg);
    EXPECT_EQ(event.allocation.kind, BasisKind::economic);
    EXPECT_EQ(event.biz_step, "https://ingot.example/ns/step/smelting");
}

TEST(EpcisExamples, SplitHasInstancesWithMassFromAmounts) {
    Event event = example(2);
    ASSERT_EQ(event.members.size(), 4u);
    EXPECT_TRUE(event.members[1].instance);
    EXPECT_EQ(event.members[1].amounts.get(kGross), 1206 * kKg);
    EXPECT_EQ(event.members[1].amounts.get(kCount), 25);
    EXPECT_EQ(event.members[1].pointer, "/outputEPCList/0");
    EXPECT_FALSE(event.members[3].instance);
    EXPECT_EQ(event.members[3].output_role, OutputRole::scrap);
    EXPECT_TRUE(event.assays.empty());
}

TEST(EpcisExamples, ChargeDrawAndSurveyNameVesselAndCampaign) {
    Event charge = example(3);
    ASSERT_TRUE(charge.vessel && charge.transformation);
    EXPECT_EQ(charge.vessel->operation, VesselUse::Operation::Charge);
    EXPECT_EQ(charge.vessel->policy, Policy::well_mixed);
    EXPECT_EQ(charge.transformation->display, "88.999.3212001/BT.PILE2.2026W47");
    EXPECT_EQ(example(4).vessel->operation, VesselUse::Operation::Draw);
    Event survey = example(5);
    EXPECT_EQ(survey.vessel->operation, VesselUse::Operation::Adjust);
    ASSERT_TRUE(survey.vessel->campaign);
    EXPECT_EQ(survey.vessel->campaign->canonical, charge.transformation->canonical);
    EXPECT_TRUE(survey.vessel->count);
    EXPECT_EQ(survey.vessel->gross, 11650 * kKg);
    EXPECT_TRUE(survey.members.empty());
}

TEST(EpcisExamples, ContainersHaveParentAndChildren) {
    Event pack = example(6), unpack = example(7);
    ASSERT_TRUE(pack.parent && unpack.parent);
    EXPECT_EQ(pack.parent->canonical, "/00/069012340000000016");
    EXPECT_EQ(pack.parent->canonical, unpack.parent->canonical);
    ASSERT_EQ(pack.members.size(), 2u);
    EXPECT_TRUE(pack.members[0].instance);
    EXPECT_TRUE(unpack.members.empty());
}

TEST(EpcisExamples, ObservationsCarryAssays) {
    Event event = example(11);
    ASSERT_EQ(event.assays.size(), 3u);
    EXPECT_EQ(event.assays[0].element, "Pb");
    EXPECT_EQ(event.assays[0].value, 600'000'000'000);
    EXPECT_EQ(event.assays[0].status, 4);
    EXPECT_EQ(event.assays[1].element, "Ag");
    EXPECT_EQ(event.assays[1].value, 850'000'000);
    EXPECT_EQ(event.assays[2].element, "moisture");
    EXPECT_TRUE(event.members[0].amounts.empty());
    EXPECT_TRUE(example(12).assays.empty());
}

TEST(EpcisExamples, AdjustDisposeHoldAndLockAreRead) {
    Event adjust = example(13);
    ASSERT_TRUE(adjust.adjust);
    EXPECT_TRUE(adjust.adjust->count);
    EXPECT_EQ(adjust.adjust->cause, Adjust::Cause::Survey);
    EXPECT_EQ(adjust.members[0].amounts.get(kGross), 11840 * kKg);
    EXPECT_EQ(example(14).members[0].amounts.get(kGross), 7000 * kKg);
    Event hold = example(15), release = example(16), lock = example(17), unlock = example(18);
    ASSERT_TRUE(hold.hold && release.hold && lock.lock && unlock.lock);
    EXPECT_EQ(hold.hold->reason, "As above limit");
    EXPECT_EQ(hold.hold->mode, "inform");
    EXPECT_EQ(hold.hold->threshold, 0.001);
    EXPECT_TRUE(release.hold->release);
    EXPECT_EQ(lock.lock->beneficiary, "https://ingot.example/88.999.6621001");
    EXPECT_EQ(lock.lock->expires, "2027-02-28T00:00:00+08:00");
    EXPECT_TRUE(unlock.lock->unlock);
}

TEST(EpcisExamples, DeclarationsHaveTheDigestOfTheirEvent) {
    Event declared = example(19);
    ASSERT_TRUE(declared.declaration);
    EXPECT_EQ(declared.declaration->reason, "incorrect_data");
    ASSERT_EQ(declared.declaration->corrective_ids.size(), 1u);
    EXPECT_EQ(declared.content_digest, example(12).content_digest);
    EXPECT_NE(declared.content_digest, example(20).content_digest);
    Event voided = example(21);
    EXPECT_EQ(voided.declaration->reason, "did_not_occur");
    EXPECT_TRUE(voided.declaration->corrective_ids.empty());
    EXPECT_EQ(voided.declaration->time_text, "2026-12-01T16:00:00+08:00");
    EXPECT_EQ(voided.content_digest, example(14).content_digest);
}

}  // namespace
}  // namespace ingot::tracechain
