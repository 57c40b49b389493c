// write_golden_store DIR: the store of this release for tests/golden. Run once a release, by hand; never rewritten.
#include "tests/storage/golden_store.hpp"

using namespace ingot;
using namespace ingot::storage;
using namespace ingot::storage::test;

int main(int count, char** arguments) {
    if (count != 2) return 2;
    TestClock clock;
    SeededRandom random(20261122);
    auto engine = open_store(golden_options(arguments[1]), clock, random);
    bool good = engine.has_value();
    for (int n = 0; good && n < kGoldenRows; ++n) {
        clock.advance(std::chrono::seconds(1));
        good = (*engine)->update(put_with_leaf(random, golden_key(n), golden_value(n))).has_value();
    }
    good = good && (*engine)->update(golden_request()).has_value();
    std::cout << (good ? "written\n" : "failed\n");
    return good ? 0 : 1;
}
