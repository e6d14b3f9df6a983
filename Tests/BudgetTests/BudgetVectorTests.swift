import Testing
@Suite struct BudgetVectorTests {}
