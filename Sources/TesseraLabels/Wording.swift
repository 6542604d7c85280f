/// "1 pixel" or "30 pixels".
func pixels(_ count: Int) -> String { count == 1 ? "1 pixel" : "\(count) pixels" }

/// A share of 1 in per cent with one decimal, such as "31.8 %".
func percentage(_ share: Double) -> String {
  let perMille = Int((share * 1000).rounded())
  return "\(perMille / 10).\(perMille % 10) %"
}
