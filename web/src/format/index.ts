export { addMoney, compareMoney, dollars, exactMoney, shortMoney } from "./money";
export { bytes, compactNumber, exactNumber, percent } from "./number";
export { boundsOf, fixed, fixedRange, isPreset, isRange, PRESETS, type Preset } from "./range";
export { duration, exactTime, relativeTime, shortTime } from "./time";
export { Bytes, Count, Duration, Money, Percent, Time, Tokens } from "./values";
