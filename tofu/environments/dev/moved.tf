# Where release 0.1.0 had them: what it deployed is not made anew.

moved {
  from = module.table
  to   = module.ledger.module.table
}

moved {
  from = module.functions
  to   = module.ledger.module.functions
}

moved {
  from = module.api
  to   = module.ledger.module.api
}

moved {
  from = module.observability
  to   = module.ledger.module.observability
}
